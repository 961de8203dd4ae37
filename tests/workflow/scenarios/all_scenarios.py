"""The scenarios of all modules."""

from tests.workflow.scenarios.approval_mails import APPROVAL_MAILS
from tests.workflow.scenarios.approvals import APPROVALS
from tests.workflow.scenarios.doorbells import DOORBELLS
from tests.workflow.scenarios.failures import FAILURES
from tests.workflow.scenarios.lost_answers import LOST_ANSWERS
from tests.workflow.scenarios.payments import PAYMENTS
from tests.workflow.scenarios.pending import PENDING

SCENARIOS = (*APPROVALS, *APPROVAL_MAILS, *PAYMENTS, *PENDING, *FAILURES, *LOST_ANSWERS, *DOORBELLS)
