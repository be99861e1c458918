"""The consent engine: the one door by which anything is written to ledger and state (design 3)."""
