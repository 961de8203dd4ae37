"""An explicit-state model of the order's protocol, explored exhaustively.

    python -m tests.model                     what `make prove` explores, and all mutants
    python -m tests.model --full              more than 500,000 states, a minute or two
    python -m tests.model --trace no-epoch    the shortest way in which a mutant goes wrong

A step is one access to the order or to the provider, so everything happens between any two of
them: signals, other writers, the deadline, crashes, StopExecution, takeovers. `test_protocol` says
what must hold; `test_faithful` compares the model with `lambdas/` on every record that the model
reaches, `test_transitions` with the definition. `tests/simulation` runs the real activities.

Read in this order: `rules` (what the protocol promises, one switch each), `record` and `decisions`
(the order and every decision about it, as `lambdas/domain` makes them), `world` (everything else
that has a state), `activities` and `provider` (what a call does, access by access), `engine` (the
state machine), `steps` and `faults` (who may move, and what may fail), `invariants`, `explorer`.

What is left out:

- Enrichment: it adds findings under the guards of ReserveStock (epoch, stage, no cancel) and has
  nothing to undo. The stage `reserve` stands for `start`, `enrichment` and `reserve`.
- Mails: their marks on the ledger decide nothing but whether a mail goes out. So the model does
  not see that an old epoch may still write such a mark.
- Units and money: a line costs 1; the order begins with one unit, and every added line is one
  more, so its revision, units and total are one number.
- How often something is tried. A task that failed may be tried again or given up, at any time.

Reductions (the same behaviour with fewer states):

- Every write raises `sequence`, so a write decided on an older record is refused and the record is
  read again. The model sends the losers back to reading at once, when the winner writes: a refused
  write changes nothing but its writer. So no sequence number and no old reading is kept.
- A spent token rings nowhere, whichever it was: the order holds the token of the present wait or
  none. Likewise one ring on its way is as good as several.
- After a takeover the old execution can only find that it lost the order. Its running task runs on
  as an abandoned one; the tasks after that would read, raise StaleEpoch and change nothing.
- A task's answer and the entry of the next task are one step: between them nothing reads. A crash
  after an effect is a task that is abandoned before it, and has its effect all the same.
- Abandoned calls are a multiset: which of two equal ones continues makes no difference.
- Whether the deadline has passed is kept only while the order waits: nothing else asks.
- A refused signal changes nothing, so only accepted ones are counted.
"""
