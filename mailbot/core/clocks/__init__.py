"""Working days, the rules, and the clocks of a case."""
