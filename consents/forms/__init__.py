"""Forms of the consents panel: they know the shape of the input, the engine knows the rules."""
