"""The model's traces, replayed in the simulator on the real activities and the real definition.

Each mutant of the model dies by a shortest trace. Here the code is mutated in the same sense, and
the trace is played step by step: the same calls proceed in the same order, the record after every
step is the model's, and the same invariant breaks. The very same trace breaks nothing in the code
as it is.

Read in this order: `world` (calls stand still at every access until they are let go), `cues` and
`accesses` (a step of the model, as something to do in that world), `replay` (a whole trace),
`sameness` (the records compared), `code_mutants`.
"""
