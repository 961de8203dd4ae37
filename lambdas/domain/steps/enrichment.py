"""Enrichment: its findings travel in the state and are written with the reservation."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lambdas.domain.record.order import Enrichment


def with_findings(known: Enrichment, findings: Mapping[str, Any]) -> Enrichment:
    """`known` with the findings of the enrichment activities. A finding that is missing there
    (the optional recommendations, or all of them for an older definition) keeps its known value.
    """
    return replace(
        known,
        customer_tier=findings.get("customer_tier", known.customer_tier),
        inventory_ok=findings.get("inventory_ok", known.inventory_ok),
        recommendations=tuple(findings.get("recommendations", known.recommendations)),
    )
