"""The cost of an order: the counted billable units of scenarios, at dated prices."""
