"""Mutants that behave as the definition does, each with the reason; everything else must die."""

import re
from collections.abc import Mapping

_BRANCHES = "FetchInventorySnapshot|FetchCustomerProfile|FetchRecommendations"

EQUIVALENT: Mapping[str, str] = {
    r"\w+: Retry 0 MaxDelaySeconds 100": (
        "five attempts are at most 8 s apart, the limit of 10 s is never met"
    ),
    r"(FetchRecommendations(V1)?|RequestApproval): Retry [01] (BackoffRate|MaxDelaySeconds) .*": (
        "it is tried again once: no delay grows"
    ),
    r"RouteDecision: Choices in reverse": "no two rules match the same input",
    r"CloseOrder: Catch 0 ResultPath (None|\$)": "OrderFailed tells nothing of its input",
    rf"({_BRANCHES}): ResultPath .*": "EnrichOrder drops the outputs of its branches",
    r"FetchRecommendations: Catch 0 ResultPath .*": "EnrichOrder drops the outputs of its branches",
}
"""Pattern of mutants' names -> why nobody can tell them from the definition."""


def why_equivalent(mutant: str) -> str | None:
    """The reason, None for a mutant that has none."""
    return next((why for pattern, why in EQUIVALENT.items() if re.fullmatch(pattern, mutant)), None)
