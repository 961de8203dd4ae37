"""Every activity x every fault x how often: the invariants hold, and the order ends as told.

Each cell tells five ends, for the fault once, twice, until the attempts are used up, always (until
faults stop), and flapping (at every other invocation): C completed, F failed; + when the janitor
had another execution take over. A/B: which of the two depends on when abandoned calls arrive.
"""

import pytest

from tests.simulation.matrix import FAULTS, TIMES, cell
from tests.support.activities import BACKWARD, FORWARD

#                       throttled     answer lost   crash before   crash after   zombie       poison
EXPECTED = """
FetchInventorySnapshot  C C F F C   | C C C C C   | C C F F C    | C C C C C   | C C C/F C/F C   | F F F F F
FetchCustomerProfile    C C F F C   | C C C C C   | C C F F C    | C C C C C   | C C C/F C/F C   | F F F F F
FetchRecommendations    C C C C C   | C C C C C   | C C C C C    | C C C C C   | C C C C C       | C C C C C
ReserveStock            C C F F C   | C C C C C   | C C F F C    | C C C C C   | C C C/F C/F C   | F F F F F
AwaitSignal             C C C C C   | C C C C C   | C C C C C    | C C C C C   | C C C C C       | C C C C C
ApplySignals            C C F F C   | C C C C C   | C C F F C    | C C C C C   | C C C/F C/F C   | F F F F C
RequestApproval         C C C C C   | C C C C C   | C C C C C    | C C C C C   | C C C C C       | C C C C C
ProcessPayment          C C F F C   | C C F F C   | C C F F C    | C C F F C   | C C C/F C/F C   | F F F F F
UpdateOrderStatus       C C F F C   | C C C C C   | C C F F C    | C C C C C   | C C C/F C/F C   | F F F F F
SendOrderConfirmation   C C C C C   | C C C C C   | C C C C C    | C C C C C   | C C C C C       | C C C C C
RefundPayment           F F F+ F+ F | F F F+ F+ F | F F F+ F+ F  | F F F+ F+ F | F F F/F+ F/F+ F | F+ F+ F+ F+ F+
ReleaseStock            F F F+ F+ F | F F F F F   | F F F+ F+ F  | F F F F F   | F F F/F+ F/F+ F | F+ F+ F+ F+ F+
SendCancellationEmail   F F F F F   | F F F F F   | F F F F F    | F F F F F   | F F F F F       | F F F F F
CloseOrder              F F F+ F+ F | F F F F F   | F F F+ F+ F  | F F F F F   | F F F/F+ F/F+ F | F+ F+ F+ F+ F+
"""  # noqa: E501  # a table is read in columns

ROWS = {line.split()[0]: line.partition(" ")[2].split("|") for line in EXPECTED.split("\n") if line}


def test_the_table_has_every_activity_and_every_fault() -> None:
    assert list(ROWS) == [*FORWARD, *BACKWARD]
    assert {len(columns) for columns in ROWS.values()} == {len(FAULTS)}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("activity", ROWS)
def test_ends_as_the_table_tells(activity: str, fault: str) -> None:
    expected = ROWS[activity][list(FAULTS).index(fault)].split()

    for times, ends in zip(TIMES, expected, strict=True):
        end, problems = cell(activity, fault, times)

        assert problems == [], times
        assert end in ends.split("/"), times
