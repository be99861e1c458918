"""`make load`: people, programs and files at once against the production server's own command (docs/operations.md)."""
