"""Text messages: numbers proven by a code, consents of their own, and campaigns that go out once, by day, within the law."""
