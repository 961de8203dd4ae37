"""An order is sent again only when it changed: ETag and If-None-Match."""

import pytest

from tests.support.api_caller import ApiCaller
from tests.support.world import World


def test_an_order_that_did_not_change_is_not_sent_again(api: ApiCaller, world: World) -> None:
    path = f"/orders/{world.place().order_id}"
    tag = api.get(path).headers["etag"]

    again = api.get(path, headers={"If-None-Match": tag})

    assert (again.status, again.text) == (304, "")
    assert again.headers["cache-control"] == "private, no-cache"
    assert again.headers["etag"] == tag


@pytest.mark.parametrize("form", ["{tag}", '"other", {tag}', "*", "{strong}"])
def test_an_etag_is_compared_weakly_and_in_lists(api: ApiCaller, world: World, form: str) -> None:
    path = f"/orders/{world.place().order_id}"
    tag = api.get(path).headers["etag"]
    given = form.format(tag=tag, strong=tag.removeprefix("W/"))

    assert api.get(path, headers={"if-none-match": given}).status == 304


def test_an_order_that_was_written_has_another_etag(api: ApiCaller, world: World) -> None:
    order = world.place()
    tag = api.get(f"/orders/{order.order_id}").headers["etag"]

    world.another_write(order)

    changed = api.get(f"/orders/{order.order_id}", headers={"If-None-Match": tag})
    assert changed.status == 200
    assert changed.headers["etag"] != tag


def test_an_order_whose_deadline_passed_has_another_etag(api: ApiCaller, world: World) -> None:
    path = f"/orders/{world.place().order_id}"
    tag = api.get(path).headers["etag"]

    world.clock.advance(901)

    changed = api.get(path, headers={"If-None-Match": tag})
    assert changed.status == 200
    assert changed.json["allowed_signals"] == ["cancel-order"]


def test_an_if_none_match_that_is_too_long_is_refused_as_documented(
    api: ApiCaller, world: World
) -> None:
    path = f"/orders/{world.place().order_id}"

    assert api.get(path, headers={"If-None-Match": "x" * 2001}).status == 400
