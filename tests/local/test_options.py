"""The options of `up` are checked before the synthesis, which takes much longer."""

import pytest

from local.host.problems import LocalProblem
from local.lifecycle.options import UpOptions


@pytest.mark.parametrize(("timeout", "heartbeat"), [(10, 11), (10, 20), (1000, 9), (10, 0)])
def test_times_that_the_stack_rejects_are_rejected_before_the_synthesis(
    timeout: int, heartbeat: int
) -> None:
    with pytest.raises(LocalProblem, match="reading the options"):
        UpOptions(approval_timeout=timeout, heartbeat=heartbeat).check()


def test_the_default_times_are_accepted() -> None:
    UpOptions().check()
    UpOptions(approval_timeout=20, heartbeat=4).check()
    UpOptions(approval_timeout=2, heartbeat=2).check()
