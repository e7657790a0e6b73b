"""Mail as it comes: bytes to a message, and what kind of mail it is."""
