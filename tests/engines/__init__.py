"""Runs one table of scenarios on three independent engines.

The interpreters of the simulator, moto and the emulator run the same committed definition with the
same activities. Their results (the path, errors and output of every state, the end of every
execution, the final tables) must be equal. The simulator can then be trusted with millions of
orders, for which the other engines are too slow.

Read in this order: `scenario` and `scenarios` (events), `results` (compared results), `differences`
(exceptions, with reasons), `on_simulator`, `on_moto`, `on_emulator`. `recording` writes the
histories that `tests/unit/api` classifies.
"""
