"""What is written to whom and when, from a case and its clocks."""
