"""The real activities and the real definition in simulated time: one seed, one schedule, one run.

Read in this order: `step_functions` (the engine), `world` (activities on fakes, and the boundary
at which calls fail), `schedules` (what happens), `checks` (the invariants), `runs` (one run, the
matrix of faults, campaigns, mutants). Each folder imports only those before it.
"""
