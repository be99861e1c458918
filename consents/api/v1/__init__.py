"""/api/v1: calls about consents, what is asked before sending, and messages."""
