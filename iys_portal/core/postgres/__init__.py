"""Django's PostgreSQL backend with what a call of the API needs to be quick (docs/adr/0025-one-call.md)."""
