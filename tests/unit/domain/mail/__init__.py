"""E-mails: reminders, claims, texts, links."""
