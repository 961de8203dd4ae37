"""What the history of an execution shows: its events without data, verdict, states, durations."""
