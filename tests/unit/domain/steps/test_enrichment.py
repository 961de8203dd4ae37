from lambdas.domain.record.order import Enrichment
from lambdas.domain.steps.enrichment import with_findings

FOUND = {"customer_tier": "gold", "inventory_ok": False, "recommendations": ["MUG-RED", "TEA"]}


def test_the_findings_of_all_activities_become_the_enrichment() -> None:
    assert with_findings(Enrichment(), FOUND) == Enrichment(
        customer_tier="gold", inventory_ok=False, recommendations=("MUG-RED", "TEA")
    )


def test_a_missing_finding_keeps_its_known_value() -> None:
    known = Enrichment(customer_tier="gold", inventory_ok=True, recommendations=("TEA",))

    assert with_findings(known, {}) == known
    assert with_findings(known, {"inventory_ok": False}) == Enrichment(
        customer_tier="gold", inventory_ok=False, recommendations=("TEA",)
    )


def test_fields_of_a_newer_version_are_kept() -> None:
    known = Enrichment(newer={"from_the_future": 1})

    assert with_findings(known, FOUND).newer == {"from_the_future": 1}
