"""The scenarios of all modules."""

from tests.workflow.scenarios.approvals import APPROVALS
from tests.workflow.scenarios.doorbells import DOORBELLS
from tests.workflow.scenarios.failures import FAILURES
from tests.workflow.scenarios.payments import PAYMENTS
from tests.workflow.scenarios.pending import PENDING

SCENARIOS = (*APPROVALS, *PAYMENTS, *PENDING, *FAILURES, *DOORBELLS)
