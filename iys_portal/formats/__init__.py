"""How dates are read and written, by language, where Django's own differ from what people here write."""
