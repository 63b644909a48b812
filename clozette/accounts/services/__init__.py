"""The deeds of accounts, by ability. They flush and never commit."""
