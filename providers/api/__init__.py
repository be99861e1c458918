"""Entry modules of the API: requests in, one service each, answers out."""
