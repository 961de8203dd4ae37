"""One table of scenarios, played on three engines that know nothing of each other.

The simulator's interpreter, moto's and the emulator's run the same committed definition with the
same activities. Whatever they tell (the path, errors and output of every state, the end of every
execution, the final tables) must be equal: that is why the simulator may be trusted with the
millions of orders that the others are too slow for.

Read in this order: `scenario` and `scenarios` (what happens), `telling` (what is compared),
`differences` (what is not, and why), `on_simulator`, `on_moto`, `on_emulator`. `recording` writes
down the histories that `tests/unit/api` judges.
"""
