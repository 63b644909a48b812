"""Accounts: members, how they prove who they are, their handles, sessions, second factors, API tokens and blocks.

Words: a *member* has an account; a *handle* is the public name in addresses; a *session* is one signed-in browser;
a *ticket* is the right to do one thing once that a link in a mail gives. Flask-Security is the engine (data store,
password hashing, TOTP, passkeys); pages, sessions and tickets are our own, see ``docs/decisions/0003-accounts.md``.
Events: MemberRegistered, MemberConfirmed, MemberBlocked, MemberUnblocked, HandleChanged, MemberDeactivated,
MemberReactivated.
"""
