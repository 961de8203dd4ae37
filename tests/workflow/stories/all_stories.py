"""Every story."""

from tests.workflow.stories.approvals import APPROVALS
from tests.workflow.stories.asking import ASKING
from tests.workflow.stories.doorbells import DOORBELLS
from tests.workflow.stories.failures import FAILURES
from tests.workflow.stories.lost_answers import LOST_ANSWERS
from tests.workflow.stories.payments import PAYMENTS
from tests.workflow.stories.pending import PENDING

STORIES = (*APPROVALS, *ASKING, *PAYMENTS, *PENDING, *FAILURES, *LOST_ANSWERS, *DOORBELLS)
