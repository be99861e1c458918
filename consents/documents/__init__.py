"""Pure content of what the consents app mails and prints."""
