"""Who a person is: sign-up and sign-in, sessions, access tokens, and the brands a person adds.

Passwords and session tokens come in and never leave: the database holds a bcrypt hash of the one
and a SHA-256 of the other. An inactive person has no sign-in, no session, no token and no row.
"""
