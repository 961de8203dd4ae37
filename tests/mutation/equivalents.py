"""Mutants that are equivalent to the definition, each with the reason; others must be detected."""

import re
from collections.abc import Mapping

EQUIVALENT: Mapping[str, str] = {
    r"\w+: Retry 0 MaxDelaySeconds 100": (
        "the delays of five attempts are at most 8 s, below the limit of 10 s"
    ),
    r"(FetchRecommendations(V1)?|RequestApproval): Retry [01] (BackoffRate|MaxDelaySeconds) .*": (
        "it is retried once: no delay grows"
    ),
    r"(ApplySignals|RefundPayment): Retry 1 MaxAttempts [79]": (
        "an accepted signal is pending: after 45 s the janitor has another execution apply it"
    ),
    r"BeginBackOff: Result without loops": "loops are 0 where there are none",
    r"(RouteDecision|RouteEnd): Choices in reverse": "no two rules match the same input",
    r"CloseOrder: Catch [12] ResultPath (None|\$)": "the ends do not use their input",
    r"NoRecommendations: Result without recommendations": "a missing finding is none",
    r"FetchRecommendations: Catch 0 ResultPath .*": "NoRecommendations ignores its input",
}
"""Pattern of mutants' names -> why their behaviour is the same."""


def why_equivalent(mutant: str) -> str | None:
    """The reason why a mutant is equivalent; None if it is not listed."""
    return next((why for pattern, why in EQUIVALENT.items() if re.fullmatch(pattern, mutant)), None)
