"""E-mails: when they are due, who sends them, and their texts."""
