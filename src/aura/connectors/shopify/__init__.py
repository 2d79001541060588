"""Shopify: consent, the shop, its orders with every later agreement. See README.md here."""
