from typing import Any

import pytest

from lambdas.domain.record.signals import RULES, SignalKind
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


def test_a_repeated_request_is_the_same_whenever_it_comes() -> None:
    first = a_signal(signal_id="S", at=1)

    assert first.same_request(a_signal(signal_id="S", at=2))


def test_a_request_that_an_older_version_stored_by_user_name_is_the_same_one() -> None:
    stored = a_signal(signal_id="S", actor="approver1")

    assert stored.same_request(a_signal(signal_id="S", actor="sub-1", actor_name="approver1"))


def test_another_user_of_the_same_name_sends_another_request() -> None:
    stored = a_signal(signal_id="S", actor="sub-1", actor_name="approver1")

    assert not stored.same_request(a_signal(signal_id="S", actor="sub-2", actor_name="approver1"))


@pytest.mark.parametrize("change", [{"revision": 2}, {"actor": "mallory"}])
def test_another_body_or_actor_is_another_request(change: dict[str, Any]) -> None:
    assert not a_signal().same_request(a_signal(**change))


def test_another_kind_is_another_request() -> None:
    assert not a_signal().same_request(a_signal(SignalKind.CANCEL_ORDER))


def test_only_a_cancel_is_never_too_late_for_the_deadline() -> None:
    never_late = {kind for kind, rule in RULES.items() if not rule.closes_at_deadline}

    assert never_late == {SignalKind.CANCEL_ORDER}


def test_every_kind_has_its_rule_in_the_sequence_of_the_kinds() -> None:
    assert list(RULES) == list(SignalKind)
