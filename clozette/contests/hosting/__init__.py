"""Pages that we host for partners: surveys and promotions under a named channel, in the partner's colours and by our rules."""
