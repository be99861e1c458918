"""Proof (R-L2, R-L3): trees, seals and their forms. Pure; reading and writing is in selectors and services."""
