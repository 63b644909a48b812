"""Text messages: numbers, consent by number, evidence, quiet hours."""
