"""The cost figures in README.md, docs/choosing.md and docs/limits.md, and the table of other
engines in docs/performance.md. Two HTML comments mark the figures in a page.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bench.cost.peers import direct_port, durable_functions, peers, temporal_cloud
from bench.cost.pricing import PRICES, bill
from bench.cost.scenarios import Counts

BEGIN, END = "<!-- figures: written by make bench -->\n", "<!-- end of figures -->"
ROOT = Path(__file__).resolve().parents[2]

Figures = Callable[[Sequence[Counts]], str]


def write(counted: Sequence[Counts]) -> None:
    """Replace the figures of every page by those of one run."""
    for page, figures in PAGES.items():
        replace_figures(page, figures(counted))


def figures_in(page: Path) -> str:
    """The figures that the page has now."""
    return page.read_text().partition(BEGIN)[2].partition(END)[0]


def replace_figures(page: Path, figures: str) -> None:
    """Write the figures into the page; the rest of the page stays."""
    head, _, rest = page.read_text().partition(BEGIN)
    page.write_text(f"{head}{BEGIN}{figures}{END}{rest.partition(END)[2]}")


def peer_table(counted: Sequence[Counts]) -> str:
    """The approved order in this project and others. Engines: orchestration only."""
    here = (counted[0], "–")
    rows = [here, *((peer.counts, peer.leaves_out) for peer in peers())]
    table = "".join(
        f"| {'this project, ' if one is counted[0] else ''}{one.scenario} | {one.transitions} "
        f"| {one.invocations} | {one.usage.write_units} | {bill(one).total:,.0f} | {without} |\n"
        for one, without in rows
    )
    return (
        "| state machine | states | functions | write units | US dollars | leaves out |\n"
        f"|---|---|---|---|---|---|\n{table}"
        f"| Temporal Cloud | – | – | – | {temporal_cloud():,.0f} | workers, tables, API |\n"
        f"| Lambda durable functions | – | – | – | {durable_functions():,.0f} "
        "| functions, tables, API |\n"
    )


def _sentence(counted: Sequence[Counts]) -> str:
    total = bill(counted[0]).total
    return (
        f"An approved order costs about ${total / 1_000_000:.5f}: "
        f"${total:,.0f} per million orders, at the list prices of {PRICES['date']} in us-east-1,\n"
        "without e-mail, published events and exported histories. Waiting costs nothing. "
        "[Performance and cost](docs/performance.md) shows how\n"
        "this is counted, [Limits](docs/limits.md) how many orders a second one deployment takes.\n"
    )


def _price_table(counted: Sequence[Counts]) -> str:
    rows = [
        f"| {one.scenario} | {one.transitions} | {bill(one).total:,.0f} | – |\n"
        for one in counted[1:]
    ]
    first, port = counted[0], direct_port()
    return (
        "| path | states | this project | a direct port to Step Functions |\n"
        "|---|---|---|---|\n"
        f"| {first.scenario} | {first.transitions} | {bill(first).total:,.0f} "
        f"| {bill(port).total:,.0f} ({port.transitions} states) |\n"
        f"{''.join(rows)}\n"
        "E-mail, published events and exported histories are not included"
        " ([performance](performance.md)).\n\n"
        "Orchestration alone, for the approved path: this project "
        f"${bill(first).parts['transitions']:,.0f}, Temporal Cloud ${temporal_cloud():,.0f} "
        "without workers, Lambda durable\n"
        f"functions ${durable_functions():,.0f}.\n"
    )


def _units(counted: Sequence[Counts]) -> str:
    first = counted[0]
    return (
        f"An approved order enters {first.transitions} states, "
        f"invokes {first.invocations} activities, writes {first.usage.write_units} units "
        f"and makes {first.requests} requests to the API.\n"
    )


PAGES: Mapping[Path, Figures] = {
    ROOT / "README.md": _sentence,
    ROOT / "docs/choosing.md": _price_table,
    ROOT / "docs/limits.md": _units,
}
