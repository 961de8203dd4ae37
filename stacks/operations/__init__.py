"""The notifications of operators, and the metrics that alarms and the dashboard read."""
