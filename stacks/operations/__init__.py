"""The topic and the queue of the operators, and the metrics that alarms and dashboard read."""
