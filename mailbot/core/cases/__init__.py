"""Which case a message belongs to, and the fold that makes a case of its facts."""
