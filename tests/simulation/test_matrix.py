"""Every activity x every fault x how often: the invariants hold, and the order ends as told.

Each cell tells five ends, for the fault once, twice, until the attempts are used up, always (until
faults stop), and flapping (at every other invocation): C completed, F failed; + when the janitor
had another execution take over. A/B: which of the two depends on when abandoned calls arrive.
-: the fault struck, but less often than it was asked to, because the activity gave it no other
occasion: its write was done, or it was not tried again.
"""

import pytest

from tests.simulation.matrix import FAULTS, REFUSAL, TIMES, asked_for, cell
from tests.support.activities import BACKWARD, FORWARD

EXPECTED = """
                        throttled     answer lost   crash before  crash after   zombie             poison
FetchInventorySnapshot  C C F F C   | C C C- C C  | C C F F C   | C C C- C C  | C C C/F C/F C    | F F- F- F F
FetchCustomerProfile    C C F F C   | C C C- C C  | C C F F C   | C C C- C C  | C C C/F C/F C    | F F- F- F F
FetchRecommendations    C C C C C   | C C- C- C C | C C C C C   | C C- C- C C | C C C C C        | C C- C- C C
ReserveStock            C C F F C   | C C- C- C C | C C F F C   | C C- C- C C | C C C/F C/F C    | F F- F- F F
AwaitSignal             C C C C C   | C C C C C   | C C C C C   | C C C C C   | C C C C C        | C C C C C
ApplySignals            C C F F C   | C C- C- C C | C C F F C   | C C- C- C C | C C C/F- C/F C   | F F- F- F F
RequestApproval         C C C C C   | C C- C- C C | C C- C- C C | C C- C- C C | C C- C- C C      | C C- C- C C
ProcessPayment          C C F F C   | C C F F C   | C C F F C   | C C F F C   | C C C/F- C/F C   | F F- F- F F
UpdateOrderStatus       C C F F C   | C C- C- C C | C C F F C   | C C- C- C C | C C C/F- C/F C   | F F- F- F F
SendOrderConfirmation   C C C C C   | C C- C- C C | C C- C- C C | C C- C- C C | C C- C- C C      | C C- C- C C
RefundPayment           F F F+ F+ F | F F F+ F+ F | F F F+ F+ F | F F F+ F+ F | F F F/F+- F/F+ F | F+ F+ F+- F+ F+
ReleaseStock            F F F+ F+ F | F F- F- F F | F F F+ F+ F | F F- F- F F | F F F/F+- F/F+ F | F+ F+ F+- F+ F+
SendCancellationEmail   F F F F F   | F F- F- F F | F F- F- F F | F F- F- F F | F F- F- F F      | F F- F- F F
CloseOrder              F F F+ F+ F | F F- F- F F | F F F+ F+ F | F F- F- F F | F F F/F+- F/F+ F | F+ F+ F+- F+ F+
"""  # noqa: E501  # a table is read in columns

ROWS = {line.split()[0]: line.partition(" ")[2].split("|") for line in EXPECTED.split("\n")[2:-1]}


def test_the_table_has_every_activity_and_every_fault() -> None:
    assert list(ROWS) == [*FORWARD, *BACKWARD]
    assert {len(columns) for columns in ROWS.values()} == {len(FAULTS)}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("activity", ROWS)
def test_ends_as_the_table_tells(activity: str, fault: str) -> None:
    expected = ROWS[activity][list(FAULTS).index(fault)].split()

    for times, told in zip(TIMES, expected, strict=True):
        found, ends = cell(activity, fault, times), told.removesuffix("-")

        assert found.problems == [], times
        assert found.end in ends.split("/"), times
        assert found.struck > 0, f"{times}: the fault never struck"
        assert (found.struck < asked_for(activity, times)) == told.endswith("-"), times


@pytest.mark.parametrize("activity", BACKWARD)
def test_an_order_on_its_way_back_was_refused_its_completion(activity: str) -> None:
    found = [cell(activity, fault, times) for fault in FAULTS for times in TIMES]

    assert not any(REFUSAL in one.unstruck for one in found)
