"""What the bot knows: pure rules. No socket, file, database, environment or wall clock."""
