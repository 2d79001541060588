"""Google's side: OAuth with PKCE and the part of the Google Ads API v26 (REST) for reports."""
