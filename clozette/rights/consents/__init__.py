"""My consents: the page and the API where a person sees what they agreed to, agrees, and takes it back by one click."""
