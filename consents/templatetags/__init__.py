"""Template tags of the consents app."""
