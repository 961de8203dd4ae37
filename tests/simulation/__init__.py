"""The real activities and the real definition in simulated time: one seed, one story."""
