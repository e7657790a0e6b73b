"""What people and documents say becomes facts: forms, labelled lines, invitations."""
