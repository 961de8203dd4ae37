"""The session: sign-in, expiry, and access by role."""

import base64
import json

import pytest
from playwright.sync_api import expect

from local.host.state import State
from local.scenario_runner.scenario_run import ScenarioRun
from tests.console.conftest import OpenWindow
from tests.console.orders import place

VIEWS = {
    "alice": ["Orders"],
    "approver1": ["Orders", "Desk"],
    "operator1": ["Orders", "Insights"],
}


@pytest.mark.parametrize("user", VIEWS)
def test_the_sign_in_leads_to_the_views_of_the_role_and_out_again(
    open_window: OpenWindow, user: str
) -> None:
    window = open_window()
    window.sign_in(user)
    links = window.page.get_by_role("navigation").get_by_role("link")
    expect(links).to_have_text(VIEWS[user])
    window.page.get_by_role("button", name="Sign out").click()
    expect(window.page.get_by_role("button", name="Sign in")).to_be_visible()
    assert window.page.evaluate("sessionStorage.length") == 0


def test_sign_out_works_also_if_the_api_is_down(open_window: OpenWindow) -> None:
    window = open_window("customer")
    page = window.open("orders")
    expect(page.get_by_role("button", name="all")).to_be_visible()
    window.refusals.add(503)
    page.route("**/sign-in", lambda route: route.fulfill(status=503, json={"detail": "Resting."}))
    page.get_by_role("button", name="Sign out").click()
    expect(window.alert).to_contain_text("You are signed out on this page.")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert page.evaluate("sessionStorage.length") == 0


def test_an_expired_session_is_shown_and_a_new_one_leads_back_to_the_same_view(
    open_window: OpenWindow, run: ScenarioRun
) -> None:
    order_id = place(run)
    window = open_window("customer")
    page = window.open(f"orders/{order_id}")
    expect(window.stage).to_have_text("… awaiting approval")
    window.refusals.add(401)
    page.evaluate("sessionStorage.setItem('token', sessionStorage.getItem('token') + 'x')")
    expect(window.alert).to_contain_text("Your session has expired")
    expect(window.stage).to_have_text("… awaiting approval")  # the content stays readable

    page.get_by_role("button", name="Sign in again").click()
    page.get_by_role("button", name="alice").click()
    expect(window.stage).to_have_text("… awaiting approval")
    assert page.url.endswith(f"/console#/orders/{order_id}")
    expect(window.alert).to_be_empty()


def test_a_page_without_a_token_asks_to_sign_in_and_then_shows_the_requested_view(
    open_window: OpenWindow, ended: dict[str, str]
) -> None:
    order_id = ended["completed"]
    window = open_window()
    page = window.open(f"orders/{order_id}")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="alice").click()
    expect(page.get_by_role("heading", name=order_id)).to_be_visible()


def test_a_view_of_another_role_names_the_role_and_sends_no_request(
    open_window: OpenWindow,
) -> None:
    window = open_window("customer")
    window.open("desk")
    expect(window.main).to_contain_text("Desk is for the role approver; you are customer.")
    window.open("insights")
    expect(window.main).to_contain_text("Insights is for the role operator; you are customer.")
    assert [request for request in window.requests if "/console" not in request] == []


def test_an_order_of_another_customer_does_not_exist(
    open_window: OpenWindow, ended: dict[str, str]
) -> None:
    window = open_window("other_customer")
    window.refusals.add(404)
    window.open(f"orders/{ended['completed']}")
    expect(window.main).to_contain_text("does not exist, or is not yours")


def test_the_skip_link_leads_to_the_content_and_not_to_another_view(
    open_window: OpenWindow,
) -> None:
    window = open_window("approver")
    page = window.open("desk")
    expect(page.get_by_role("heading", name="Desk")).to_be_visible()
    window.press_tab_until("Skip to the content")
    page.keyboard.press("Enter")
    expect(window.main).to_be_focused()
    expect(page.get_by_role("heading", name="Desk")).to_be_visible()


def test_a_session_that_cannot_be_read_leads_to_the_sign_in(open_window: OpenWindow) -> None:
    page = open_window().open()
    for token in ("broken", "a.b.c", "a.e30", "ä"):
        page.evaluate("token => sessionStorage.setItem('token', token)", token)
        page.reload()
        expect(page.get_by_role("button", name="Sign in"), token).to_be_visible()


def test_a_name_of_any_alphabet_is_read_from_the_session(open_window: OpenWindow) -> None:
    claims = base64.urlsafe_b64encode(
        json.dumps({"username": "Zoë 王"}, ensure_ascii=False).encode()
    )
    page = open_window().open()
    name = page.evaluate(
        """async (token) => {
          sessionStorage.setItem("token", token);
          const { person } = await import("./console/session.js");
          return person().name;
        }""",
        f"x.{claims.decode().rstrip('=')}.y",
    )
    assert name == "Zoë 王"


def test_a_deadline_is_computed_from_the_servers_time(
    open_window: OpenWindow, run: ScenarioRun
) -> None:
    order_id = place(run)
    window = open_window("customer")
    an_hour_ahead = "const real = Date.now; Date.now = () => real() + 3600e3;"
    window.page.add_init_script(an_hour_ahead)
    page = window.open(f"orders/{order_id}")
    expect(window.stage).to_have_text("… awaiting approval")
    expect(page.get_by_text("left to approve")).to_contain_text("min")


def test_an_address_without_a_view_leads_to_the_list(open_window: OpenWindow, state: State) -> None:
    window = open_window("customer")
    page, orders = window.page, window.page.get_by_role("heading", name="Orders")
    page.goto(f"{state.api_url}/console/#/orders")
    expect(orders).to_be_visible()
    assert page.url.endswith("/console#/orders")
    window.open("bogus")
    expect(page.get_by_role("heading", name="No such page")).to_be_visible()
    page.get_by_role("link", name="All orders").click()
    expect(orders).to_be_visible()
    window.open("bogus")
    expect(orders).to_have_count(0)
    window.open("orders/..%2Fops")
    expect(orders).to_be_visible()


def test_back_from_a_repeated_sign_in_keeps_the_session(open_window: OpenWindow) -> None:
    window = open_window("customer")
    window.page.goto(f"{window.url}?code=used&state=old")
    expect(window.page.get_by_role("heading", name="Orders")).to_be_visible()
    expect(window.alert).to_be_empty()
    assert "code=" not in window.page.url
