"""States: the interpreter, Parallel states, Retry and Catch, JSONPath."""
