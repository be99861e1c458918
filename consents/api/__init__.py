"""Entry modules of the API about consents: requests in, one service each, answers out."""
