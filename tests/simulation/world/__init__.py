"""The world around the executions: activities on fakes, and the boundary at which calls fail."""
