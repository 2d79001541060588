"""Meta Ads: consent, ad accounts, insights by day. See README.md here."""
