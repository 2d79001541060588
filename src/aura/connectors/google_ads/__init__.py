"""Google Ads: consent, customers, account and campaign days. See README.md here."""
