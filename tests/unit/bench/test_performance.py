"""The tables of docs/performance.md are written one measurement at a time."""

from pathlib import Path

import pytest

from bench.cost.documents import BEGIN, END, figures_in
from bench.performance import COLD_START, COST, HEAD, HOT_SKU, PAGE, update, update_peers

ROW = ("rate", "≥ 1", "2", "1", "other: 1")
OLD = f"| start | ≤ 1 | 2 | 3 | – | `{COLD_START}`, 2026-01-01 |\n"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.md"
    path.write_text(
        f"before\n{BEGIN}{HEAD}{OLD}| gone | `{HOT_SKU}`, 2026-01-01 |\n\npeers\n{END}after\n"
    )
    return path


def test_a_measurement_replaces_its_own_rows_alone(page: Path) -> None:
    update(HOT_SKU, [ROW], page)

    table, _, peers = figures_in(page).partition("\n\n")
    assert f"{HEAD}{OLD}| rate | ≥ 1 | 2 | 1 | other: 1 | `{HOT_SKU}`, 2" in table
    assert "gone" not in table
    assert peers == "peers\n"
    assert page.read_text().startswith("before\n")
    assert page.read_text().endswith("after\n")


def test_the_peers_are_replaced_alone(page: Path) -> None:
    update_peers("others\n", page)

    assert f"{OLD}| gone | `{HOT_SKU}`, 2026-01-01 |\n\nothers\n" in figures_in(page)


@pytest.mark.parametrize(("module", "rows"), [(COST, 4), (COLD_START, 1), (HOT_SKU, 1)])
def test_the_page_has_the_rows_of_every_measurement(module: str, rows: int) -> None:
    assert figures_in(PAGE).count(f"| `{module}`, 2") == rows
