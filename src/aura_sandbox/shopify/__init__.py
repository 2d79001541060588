"""Shopify's side: consent, tokens and the Admin GraphQL API 2026-10 for one shop."""
