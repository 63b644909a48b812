"""The pages: for everybody, in the account, and for staff."""
