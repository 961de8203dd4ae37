"""orders admin stock, catalogue, customer: products over the HTTP API."""

from pathlib import Path

import pytest

from tests.cli.terminal import Terminal
from tests.support.world import World

CATALOGUE = """
currency = "EUR"
[[sku]]
sku = "COFFEE"
name = "Coffee"
available = 5
unit_price_minor = 1850
[[sku]]
sku = "KNIFE"
name = "Knife"
available = 0
unit_price_minor = 12500
currency = "JPY"
listed = false
related = ["COFFEE"]
[[customer]]
customer_id = "carol"
tier = "new"
name = "Carol"
email = "carol@example.com"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "catalogue.toml"
    path.write_text(CATALOGUE)
    return path


def test_a_product_is_created_and_shown(terminal: Terminal) -> None:
    words = ("--name", "Coffee", "--price", "1850 eur", "--related", "MUG-RED")

    ran = terminal.run("admin", "catalogue", "set", "COFFEE", *words, who="operator")

    assert (ran.code, ran.err) == (0, "")
    assert "COFFEE  Coffee" in ran.out
    assert "18.50 EUR" in ran.out
    assert "0 available · 0 held · 0 sold" in ran.out


def test_a_product_is_removed_from_the_catalogue_and_set_again(
    terminal: Terminal, world: World
) -> None:
    words = ("--name", "Red mug", "--price", "950 EUR")
    terminal.run("admin", "catalogue", "set", "MUG-RED", *words, who="operator")

    removed = terminal.run("admin", "catalogue", "unlist", "MUG-RED", who="operator")

    assert removed.code == 0
    assert "Red mug" in removed.out
    assert "listed   no" in removed.out
    assert "MUG-RED" not in terminal.run("catalogue").out
    assert world.inventory.by_sku["MUG-RED"].available == 10

    terminal.run("admin", "catalogue", "set", "MUG-RED", *words, who="operator")
    assert "MUG-RED" in terminal.run("catalogue").out


def test_a_correction_is_shown_with_reason_actor_and_key(terminal: Terminal) -> None:
    words = ("--by=-2", "-r", "two were broken", "--key", "count-1")

    ran = terminal.run("admin", "stock", "correct", "MUG-RED", *words, who="operator")

    assert ran.code == 0
    assert "8 available" in ran.out
    assert "-2" in ran.out
    assert "two were broken" in ran.out
    assert "operator1" in ran.out
    assert "recorded with the key count-1" in ran.err


def test_the_stock_of_a_product_is_shown(terminal: Terminal) -> None:
    ran = terminal.run("admin", "stock", "show", "MUG-RED", "-o", "json", who="operator")

    assert (ran.code, ran.json["available"], ran.json["corrections"]) == (0, 10, [])


@pytest.mark.parametrize(
    ("sku", "who", "code", "said"),
    [
        ("NONE", "operator", 3, "orders admin catalogue set"),
        ("MUG-RED", "alice", 1, "you need the role operator"),
    ],
    ids=["unknown", "customer"],
)
def test_a_product_that_cannot_be_shown_is_reported_with_advice(
    terminal: Terminal, sku: str, who: str, code: int, said: str
) -> None:
    ran = terminal.run("admin", "stock", "show", sku, who=who)

    assert ran.code == code
    assert said in ran.err.replace("You", "you")


@pytest.mark.parametrize(("more", "language"), [((), "en"), (("--language", "de-AT"), "de-AT")])
def test_a_customer_is_stored_with_the_language_of_the_e_mails(
    terminal: Terminal, world: World, more: tuple[str, ...], language: str
) -> None:
    words = ("carol", "--name", "Carol", "--email", "carol@example.com", *more)

    ran = terminal.run("admin", "customer", "set", *words, who="operator")

    assert (ran.code, ran.out) == (0, "carol: stored, tier standard\n")
    carol = world.customers.customers["carol"]
    assert (carol.email, carol.language) == ("carol@example.com", language)


def test_a_file_is_loaded_and_its_initial_stock_entered_once(
    terminal: Terminal, world: World, file: Path
) -> None:
    first = terminal.run("admin", "catalogue", "load", str(file), who="operator")
    again = terminal.run("admin", "catalogue", "load", str(file), who="operator")

    assert (first.code, again.code) == (0, 0)
    assert first.out == again.out
    items = world.inventory.by_sku
    assert (items["COFFEE"].available, items["KNIFE"].available) == (5, 0)
    assert items["KNIFE"].price.currency == "JPY"
    assert (items["COFFEE"].listed, items["KNIFE"].listed) == (True, False)
    assert "carol" in world.customers.customers


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("= 5", "it is not TOML"),
        ("sku = 5", "sku is not a list of tables"),
        ('[[sku]]\nsku = "A"', "name of sku 1 is missing or no text"),
        (CATALOGUE.replace("5\n", "true\n", 1), "available of sku 1 is missing or no whole number"),
        (CATALOGUE.replace('currency = "EUR"', ""), "currency of sku 1 is missing"),
        (CATALOGUE.replace('tier = "new"', ""), "tier of customer 1 is missing"),
    ],
)
def test_a_file_that_is_no_catalogue_is_refused_before_any_request(
    terminal: Terminal, file: Path, text: str, problem: str
) -> None:
    file.write_text(text)

    ran = terminal.run("admin", "catalogue", "load", str(file), who="operator")

    assert ran.code == 2
    assert problem in ran.err
    assert terminal.wire.sent == []
