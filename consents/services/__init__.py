"""The acts of the consents app, each one function; all of them write through the engine."""
