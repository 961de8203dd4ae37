"""The activities, the released state machine, and the functions that keep orders going."""
