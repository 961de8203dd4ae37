"""The data of an environment: seed data, tables, users, sent e-mails."""
