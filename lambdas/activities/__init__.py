"""The activities: one function for each state. A module holds an activity and its compensation."""
