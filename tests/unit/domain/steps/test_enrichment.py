import pytest

from lambdas.domain.errors import OrderCancelled, OrderMovedOn
from lambdas.domain.record.order import Enrichment
from lambdas.domain.record.stages import BEFORE_RESERVE, Stage
from lambdas.domain.steps.enrichment import record_finding
from tests.support.builders import an_order
from tests.support.fake_clock import NOW


def test_the_first_finding_begins_enrichment() -> None:
    made = record_finding(an_order(Stage.START), NOW, inventory_ok=False)

    assert made is not None
    assert made.after.stage is Stage.ENRICHMENT
    assert made.after.enrichment == Enrichment(inventory_ok=False)
    assert [e.kind for e in made.events] == ["enrichment-reached"]


@pytest.mark.parametrize(
    ("known", "found"),
    [
        (Enrichment(customer_tier="gold"), {"inventory_ok": False}),
        (Enrichment(inventory_ok=False), {"customer_tier": "gold"}),
    ],
)
def test_both_required_findings_lead_to_the_reservation(
    known: Enrichment, found: dict[str, object]
) -> None:
    order = an_order(Stage.ENRICHMENT, enrichment=known)

    made = record_finding(order, NOW, **found)  # type: ignore[arg-type]

    assert made is not None
    assert made.after.stage is Stage.RESERVE
    assert made.after.enrichment == Enrichment(customer_tier="gold", inventory_ok=False)
    assert [e.kind for e in made.events] == ["reserve-reached"]


def test_recommendations_are_optional_and_change_no_stage() -> None:
    order = an_order(Stage.RESERVE)

    made = record_finding(order, NOW, recommendations=("MUG-RED",))

    assert made is not None
    assert made.after.stage is Stage.RESERVE
    assert made.after.enrichment.recommendations == ("MUG-RED",)
    assert made.events == ()


def test_a_finding_that_is_known_is_not_written_again() -> None:
    order = an_order(Stage.RESERVE)

    assert record_finding(order, NOW, customer_tier="gold") is None


def test_a_finding_replaces_an_older_one_of_its_kind_only() -> None:
    order = an_order(Stage.RESERVE)

    made = record_finding(order, NOW, inventory_ok=False)

    assert made is not None
    assert made.after.enrichment == Enrichment(customer_tier="gold", inventory_ok=False)


@pytest.mark.parametrize("stage", sorted(set(Stage) - BEFORE_RESERVE))
def test_a_late_finding_is_refused(stage: Stage) -> None:
    with pytest.raises(OrderMovedOn):
        record_finding(an_order(stage), NOW, customer_tier="gold")


def test_a_cancelled_order_is_not_enriched_any_more() -> None:
    with pytest.raises(OrderCancelled):
        record_finding(an_order(Stage.START, cancel_requested_at=NOW), NOW, inventory_ok=True)
