"""Reads of the consents app. Every one starts at `visible_to` (R-A1)."""
