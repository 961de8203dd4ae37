"""What is drawn (which order, lines, answers of the provider), and signals as the code has them."""

from hypothesis import strategies as st

from lambdas.domain.record.signals import Signal, SignalKind
from tests.stateful.predicted import Body
from tests.support.builders import SIGNALS, fields_of

ORDERS = 3
WHICH = st.integers(0, ORDERS - 1)
SKUS = st.sampled_from(("MUG-RED", "MUG-RED", "RARE-1", "SOLD-OUT", "UNKNOWN"))
ANSWERS = st.booleans() | st.just(True)
LINES = st.dictionaries(
    st.sampled_from(("MUG-RED", "RARE-1")), st.integers(1, 4), min_size=1, max_size=2
) | st.just({"UNKNOWN": 1})
PROVIDER = st.lists(st.sampled_from(("declined", "lost", "unavailable")), min_size=1, max_size=6)


def signal_of(signal_id: str, body: Body) -> Signal:
    """The signal that the code is sent for what the model keeps of it."""
    kind, asked = SignalKind(str(body[0])), body[1:]
    fields: dict[str, object] = dict(zip(fields_of(kind), asked, strict=True))
    actor = SIGNALS[kind]["actor"]
    return Signal(signal_id=signal_id, kind=kind, actor=actor, at=0, **fields)  # type: ignore[arg-type]
