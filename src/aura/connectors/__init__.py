"""Platform APIs in, facts out: orders and ad days. No database, no web.

`contract.py` says what every connector offers; each platform is one folder and knows no other.
"""
