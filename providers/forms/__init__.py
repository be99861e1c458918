"""Forms of providers' people and of applications."""
