from dataclasses import replace
from typing import Any

import pytest

from lambdas.domain.record.signals import RULES, Signal, SignalKind
from lambdas.domain.record.stages import BEFORE_COMPLETION, BEFORE_PAYMENT, ENDS, Stage
from tests.support.builders import a_signal


@pytest.mark.parametrize("kind", list(SignalKind))
def test_no_end_and_no_compensation_admits_a_signal(kind: SignalKind) -> None:
    assert not RULES[kind].stages & (ENDS | {Stage.COMPENSATING})


def test_a_cancel_is_admitted_until_completion_and_the_others_until_payment() -> None:
    assert RULES[SignalKind.CANCEL_ORDER].stages == BEFORE_COMPLETION
    assert RULES[SignalKind.APPROVE_PAYMENT].stages == BEFORE_PAYMENT
    assert RULES[SignalKind.DECLINE_PAYMENT].stages == BEFORE_PAYMENT
    assert RULES[SignalKind.ADD_LINE_ITEM].stages == BEFORE_PAYMENT
    assert {Stage.PAYMENT, Stage.STATUS_UPDATE} == BEFORE_COMPLETION - BEFORE_PAYMENT


STORED = a_signal(signal_id="S", actor="sub-1", actor_name="approver1", at=1)
STORED_BY_NAME = replace(STORED, actor="approver1", actor_name=None)


@pytest.mark.parametrize("stored", [STORED, STORED_BY_NAME], ids=["later", "of an older version"])
def test_a_repeated_request_is_the_same_one(stored: Signal) -> None:
    assert stored.same_request(replace(STORED, at=2))


@pytest.mark.parametrize(
    "change",
    [{"actor": "sub-2"}, {"revision": 2}, {"kind": SignalKind.CANCEL_ORDER}],
    ids=["another user of the same name", "another body", "another kind"],
)
def test_another_user_body_or_kind_is_another_request(change: dict[str, Any]) -> None:
    assert not STORED.same_request(replace(STORED, **change))


def test_only_a_cancel_is_never_too_late_for_the_deadline() -> None:
    never_late = {kind for kind, rule in RULES.items() if not rule.closes_at_deadline}

    assert never_late == {SignalKind.CANCEL_ORDER}


def test_every_kind_has_its_rule_in_the_sequence_of_the_kinds() -> None:
    assert list(RULES) == list(SignalKind)
