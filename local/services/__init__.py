"""Examples of the services of other teams: an inventory, customer profiles, and a subscriber of
events. Each keeps its data in SQLite. docs/adapters.md and docs/events.md have their interfaces.
"""
