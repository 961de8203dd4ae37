"""The documents show the costs that the benchmark measures."""

import re

from bench import performance
from bench.cost import documents
from bench.cost.__main__ import measure

ADVICE = "run `python -m bench.cost --write`"


def test_the_documents_have_the_counted_figures() -> None:
    counted = measure()

    for page, figures in documents.PAGES.items():
        assert documents.figures_in(page) == figures(counted), ADVICE
    table, _, peers = documents.figures_in(performance.PAGE).partition("\n\n")
    assert peers == documents.peer_table(counted), ADVICE
    for figure, _, measured, *_ in performance.cost_rows(counted):
        row = re.search(rf"^\| {re.escape(figure)} \| [^|]* \| ([^|]*) \|", table, re.MULTILINE)
        assert row, ADVICE
        assert row[1] == measured, ADVICE
