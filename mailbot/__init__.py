"""mailbot: the unattended colleague that looks after a safeguarding partnership's inbox."""
