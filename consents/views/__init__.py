"""Entries of the consents panel."""
