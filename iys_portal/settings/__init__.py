"""Settings: base, and local, test and production on top of it."""
