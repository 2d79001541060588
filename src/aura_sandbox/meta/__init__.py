"""Meta's side: the login dialog and the part of the Graph API v26.0 that reads insights."""
