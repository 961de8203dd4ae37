"""The session: sign-in, expiry, and access by role."""

import base64
import json

import pytest
from playwright.sync_api import expect

from local.host.state import State
from local.scenario_runner.scenario_run import ScenarioRun
from tests.console.conftest import Visit
from tests.console.orders import place

VIEWS = {
    "alice": ["Orders"],
    "approver1": ["Orders", "Desk"],
    "operator1": ["Orders", "Insights"],
}


@pytest.mark.parametrize("user", VIEWS)
def test_the_sign_in_leads_to_the_views_of_the_role_and_out_again(visit: Visit, user: str) -> None:
    visitor = visit()
    visitor.sign_in(user)
    links = visitor.page.get_by_role("navigation").get_by_role("link")
    expect(links).to_have_text(VIEWS[user])
    visitor.page.get_by_role("button", name="Sign out").click()
    expect(visitor.page.get_by_role("button", name="Sign in")).to_be_visible()
    assert visitor.page.evaluate("sessionStorage.length") == 0


def test_sign_out_works_also_if_the_api_is_down(visit: Visit) -> None:
    visitor = visit("customer")
    page = visitor.open("orders")
    expect(page.get_by_role("button", name="all")).to_be_visible()
    visitor.refusals.add(503)
    page.route("**/sign-in", lambda route: route.fulfill(status=503, json={"detail": "Resting."}))
    page.get_by_role("button", name="Sign out").click()
    expect(visitor.alert).to_contain_text("You are signed out on this page.")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert page.evaluate("sessionStorage.length") == 0


def test_an_expired_session_is_shown_and_a_new_one_leads_back_to_the_same_view(
    visit: Visit, run: ScenarioRun
) -> None:
    order_id = place(run)
    visitor = visit("customer")
    page = visitor.open(f"orders/{order_id}")
    expect(visitor.stage).to_have_text("… awaiting approval")
    visitor.refusals.add(401)
    page.evaluate("sessionStorage.setItem('token', sessionStorage.getItem('token') + 'x')")
    expect(visitor.alert).to_contain_text("Your session has expired")
    expect(visitor.stage).to_have_text("… awaiting approval")  # the content stays readable

    page.get_by_role("button", name="Sign in again").click()
    page.get_by_role("button", name="alice").click()
    expect(visitor.stage).to_have_text("… awaiting approval")
    assert page.url.endswith(f"/console#/orders/{order_id}")
    expect(visitor.alert).to_be_empty()


def test_a_page_without_a_token_asks_to_sign_in_and_then_shows_the_requested_view(
    visit: Visit, ended: dict[str, str]
) -> None:
    order_id = ended["completed"]
    visitor = visit()
    page = visitor.open(f"orders/{order_id}")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="alice").click()
    expect(page.get_by_role("heading", name=order_id)).to_be_visible()


def test_a_view_of_another_role_names_the_role_and_sends_no_request(visit: Visit) -> None:
    visitor = visit("customer")
    visitor.open("desk")
    expect(visitor.main).to_contain_text("Desk is for the role approver; you are customer.")
    visitor.open("insights")
    expect(visitor.main).to_contain_text("Insights is for the role operator; you are customer.")
    assert [one for one in visitor.asked if "/console" not in one] == []


def test_an_order_of_another_customer_does_not_exist(visit: Visit, ended: dict[str, str]) -> None:
    visitor = visit("other_customer")
    visitor.refusals.add(404)
    visitor.open(f"orders/{ended['completed']}")
    expect(visitor.main).to_contain_text("does not exist, or is not yours")


def test_the_skip_link_leads_to_the_content_and_not_to_another_view(visit: Visit) -> None:
    visitor = visit("approver")
    page = visitor.open("desk")
    expect(page.get_by_role("heading", name="Desk")).to_be_visible()
    visitor.press_tab_until("Skip to the content")
    page.keyboard.press("Enter")
    expect(visitor.main).to_be_focused()
    expect(page.get_by_role("heading", name="Desk")).to_be_visible()


def test_a_session_that_cannot_be_read_leads_to_the_sign_in(visit: Visit) -> None:
    page = visit().open()
    for token in ("broken", "a.b.c", "a.e30", "ä"):
        page.evaluate("token => sessionStorage.setItem('token', token)", token)
        page.reload()
        expect(page.get_by_role("button", name="Sign in"), token).to_be_visible()


def test_a_name_of_any_alphabet_is_read_from_the_session(visit: Visit) -> None:
    claims = base64.urlsafe_b64encode(
        json.dumps({"username": "Zoë 王"}, ensure_ascii=False).encode()
    )
    page = visit().open()
    name = page.evaluate(
        """async (token) => {
          sessionStorage.setItem("token", token);
          const { person } = await import("./console/session.js");
          return person().name;
        }""",
        f"x.{claims.decode().rstrip('=')}.y",
    )
    assert name == "Zoë 王"


def test_a_deadline_is_computed_from_the_servers_time(visit: Visit, run: ScenarioRun) -> None:
    order_id = place(run)
    visitor = visit("customer")
    an_hour_ahead = "const real = Date.now; Date.now = () => real() + 3600e3;"
    visitor.page.add_init_script(an_hour_ahead)
    page = visitor.open(f"orders/{order_id}")
    expect(visitor.stage).to_have_text("… awaiting approval")
    expect(page.get_by_text("left to approve")).to_contain_text("min")


def test_an_address_without_a_view_leads_to_the_list(visit: Visit, state: State) -> None:
    visitor = visit("customer")
    page, orders = visitor.page, visitor.page.get_by_role("heading", name="Orders")
    page.goto(f"{state.api_url}/console/#/orders")
    expect(orders).to_be_visible()
    assert page.url.endswith("/console#/orders")
    visitor.open("bogus")
    expect(page.get_by_role("heading", name="No such page")).to_be_visible()
    page.get_by_role("link", name="All orders").click()
    expect(orders).to_be_visible()
    visitor.open("bogus")
    expect(orders).to_have_count(0)
    visitor.open("orders/..%2Fops")
    expect(orders).to_be_visible()
