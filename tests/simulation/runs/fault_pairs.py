"""Every pair of single faults: two activities (or one twice), each struck once by a fault."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations_with_replacement

from tests.simulation.runs.matrix import (
    FAULTS,
    HELD_UP,
    Result,
    cell,
    planned_faults,
    run_with_faults,
)
from tests.support.activities import BACKWARD, FORWARD

Single = tuple[str, str]
Pair = tuple[Single, Single]

SINGLES: tuple[Single, ...] = tuple((a, f) for a in (*FORWARD, *BACKWARD) for f in FAULTS)


def all_pairs() -> Iterator[Pair]:
    """Each pair once."""
    return combinations_with_replacement(SINGLES, 2)


def wrong(pair: Pair) -> list[str]:
    """What both faults together break; nothing, if all is well."""
    first, second = pair
    compensated = first[0] in BACKWARD or second[0] in BACKWARD
    found = run_with_faults(
        planned_faults(*first, "once") + planned_faults(*second, "once"), compensated=compensated
    )
    expected = _expected(pair, found, compensated=compensated)
    # Depends on when an abandoned call arrives: before the takeover that would do its work.
    either = any(fault == "zombie" for _, fault in pair)
    right = {expected, expected.removesuffix("+")} if either else {expected}
    if {activity for activity, _ in pair} == {"FetchInventorySnapshot", "FetchCustomerProfile"}:
        right.add("C")  # the branch that fails first decides, and the other one begins again
    differs = [] if found.end in right else [f"ends {found.end}, not {expected}"]
    return [f"{pair}: {one}" for one in (*differs, *found.problems)]


def _expected(pair: Pair, found: Result, *, compensated: bool) -> str:
    """The worst of the ends that each fault has alone, of those that struck: a second fault may
    come too late, to a write that is done or to a compensation that has nothing to undo.
    """
    left = list(found.unused_faults)
    ends = ["X" if compensated and HELD_UP not in left else "C"]
    for single in pair:
        (planned,) = planned_faults(*single, "once")
        if planned in left:
            left.remove(planned)
        else:
            ends.append(_end_alone(single))
    letter = max((end[0] for end in ends), key="CXF".index)
    return letter + "+" * any(end.endswith("+") for end in ends)


@lru_cache
def _end_alone(single: Single) -> str:
    return cell(*single, "once").end
