"""Pages of a provider's people, and of applications."""
