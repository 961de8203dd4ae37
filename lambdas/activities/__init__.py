"""The activities: one function a state, a forward activity beside its compensation."""
