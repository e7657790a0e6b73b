"""Documents and text to a form with its fields."""
