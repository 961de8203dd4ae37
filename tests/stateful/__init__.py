"""Any sequence of requests, steps, time and trouble is answered as a small model predicts."""
