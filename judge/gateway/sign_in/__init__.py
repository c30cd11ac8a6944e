"""People sign in by OpenID Connect: code flow with PKCE."""
