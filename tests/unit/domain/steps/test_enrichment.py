from lambdas.domain.record.order import Enrichment
from lambdas.domain.steps.enrichment import with_findings

FOUND = {"customer_tier": "gold", "inventory_ok": False, "recommendations": ["MUG-RED", "TEA"]}


def test_the_findings_of_all_activities_become_the_enrichment_of_any_version() -> None:
    newer = {"from_the_future": 1}
    assert with_findings(Enrichment(newer=newer), FOUND) == Enrichment(
        customer_tier="gold",
        inventory_ok=False,
        recommendations=("MUG-RED", "TEA"),
        newer=newer,
    )


def test_a_missing_finding_keeps_its_known_value() -> None:
    known = Enrichment(customer_tier="gold", inventory_ok=True, recommendations=("TEA",))

    assert with_findings(known, {}) == known
    assert with_findings(known, {"inventory_ok": False}) == Enrichment(
        customer_tier="gold", inventory_ok=False, recommendations=("TEA",)
    )
