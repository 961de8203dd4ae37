"""The parts of the code that are mutated one at a time, each with the tests that must detect it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch


@dataclass(frozen=True, slots=True)
class Part:
    """Patterns below lambdas/ (`*` also matches folders) and paths below tests/. `not_sources`
    belong to another part; `not_tests` take more time than a mutant may, or list the methods of
    classes, to which mutmut adds some.
    """

    sources: Sequence[str]
    tests: Sequence[str]
    not_sources: Sequence[str] = ()
    not_tests: Sequence[str] = ()

    def mutates(self, source: str) -> bool:
        """Whether a file, named by its path below lambdas/, belongs to the part."""
        patterns = (self.sources, self.not_sources)
        own, other = (any(fnmatch(source, one) for one in some) for some in patterns)
        return own and not other


_RULES = ("unit/domain", "unit/workflow", "unit/janitor", "unit/activities", "unit/payments")
_RULES_OF_REQUESTS = (
    *(f"unit/api/orders/test_{name}.py" for name in ("catalogue", "resend")),
    "unit/api/orders/test_starting_orders.py",
    *("unit/api/signals/test_approval_limits.py", "unit/api/signals/test_approvals.py"),
    *("unit/api/executions/test_operations.py", "unit/test_*_handler.py"),
)
_LISTS = tuple(
    f"unit/api/{name}.py" for name in ("orders/test_listing_orders", "signals/test_signals")
)
_ORDERS = ("unit/test_order_writer.py",)
_REMOTE_STOCK = ("unit/activities/test_refused_lines.py",)
_PROVIDERS = (
    *("adapters/*_payments.py", "adapters/sandbox/*.py", "adapters/stripe/*.py"),
    "adapters/signed_reports.py",
)
_PROVIDER_TESTS = ("adapters/payments/test_*.py", "adapters/stripe/test_stripe_*.py")
_UNFIT = ("adapters/test_requests_per_route.py", "adapters/stock/test_busy_stock_at_random.py")
_SUPPORT = ("telemetry.py", "tracing.py", "settings.py", "ulid.py")
_TRACES = "workflow/test_traces.py"
_SMALL = tuple(
    f"unit/test_{name}.py"
    for name in ("*_handler", "malformed_events", "settings", "ulid", "dependencies")
)

PARTS: Mapping[str, Part] = {
    "domain": Part(("domain/*.py",), (*_RULES, *_ORDERS, *_RULES_OF_REQUESTS)),
    "activities": Part(
        ("activities/*.py", "activity_handler.py"),
        ("unit/activities", "unit/payments", _TRACES, *_ORDERS),
    ),
    "application": Part(
        ("services/*.py",),
        (*_RULES, *_ORDERS, *_RULES_OF_REQUESTS, *_LISTS, "unit/test_history_export.py"),
    ),
    "api": Part(
        ("api/*.py", "executions/*.py"), ("unit/api", _TRACES, "unit/test_history_export.py")
    ),
    "adapters": Part(
        ("adapters/*.py",),
        ("adapters", _TRACES, *_REMOTE_STOCK, "unit/test_order_events_handler.py"),
        _PROVIDERS,
        (*_UNFIT, *_PROVIDER_TESTS),
    ),
    "payments": Part(
        _PROVIDERS, (*_PROVIDER_TESTS, "adapters/test_recorded_requests.py", "unit/payments")
    ),
    "runtime": Part(
        ("handlers/*.py", *_SUPPORT),
        (
            *("unit/janitor", "unit/payments", "unit/activities/test_activity_handler.py"),
            *("unit/test_history_export.py", _TRACES, *_SMALL),
        ),
    ),
    "dependencies": Part(
        ("dependencies.py",),
        ("unit/test_dependencies.py", "unit/janitor", "unit/payments", "unit/activities"),
    ),
}
