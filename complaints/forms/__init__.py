"""Forms of complaints: they know the shape of the input, services and policies know the rules."""
