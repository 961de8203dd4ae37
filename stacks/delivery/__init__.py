"""What leaves the workflow: e-mails and events."""
