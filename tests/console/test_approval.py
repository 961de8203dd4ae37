"""The link in an e-mail, from opening it to the decision: by whom, once, on the shown revision."""

from playwright.sync_api import expect

from local.host.state import State
from tests.console.approval_mails import ApprovalMail
from tests.console.conftest import OpenWindow
from tests.console.orders import add
from tests.console.people import promoted, temporary_user


def test_the_link_shows_the_order_without_a_sign_in_and_changes_nothing(
    open_window: OpenWindow, mail: ApprovalMail
) -> None:
    before = mail.run.backend.order_snapshot(mail.order_id)
    window = open_window()
    with window.page.expect_request(f"**/approvals/{mail.code}") as request_info:
        window.page.goto(mail.link)
    expect(window.page.get_by_role("heading", level=1)).to_have_text("An order waits for approval")
    expect(window.page.get_by_role("row", name="MUG-RED")).to_contain_text("9.50 EUR")
    expect(window.page.get_by_role("heading", name="Items (revision 1)")).to_be_visible()
    expect(window.main).to_contain_text("left, until ")
    expect(window.page.get_by_role("button")).to_have_text(["Sign in to decide"])
    expect(window.main).not_to_contain_text("alice")

    assert "authorization" not in request_info.value.all_headers()
    assert all(request.startswith("GET ") for request in window.requests)
    assert mail.run.backend.order_snapshot(mail.order_id) == before


def test_an_approver_signs_in_from_the_link_comes_back_to_it_and_approves(
    open_window: OpenWindow, mail: ApprovalMail
) -> None:
    window = open_window()
    page = window.page
    page.goto(mail.link)
    page.get_by_role("button", name="Sign in to decide").click()
    page.get_by_role("button", name="approver1").click()
    page.get_by_role("button", name="Approve payment").click()
    expect(window.main).to_contain_text("The order was approved, and is paid and completed.")
    expect(window.notice).to_have_text("Approved. Payment follows.")
    assert page.url == mail.link
    mail.run.wait_for_stage(mail.order, "completed")
    page.get_by_role("link", name="View the order").click()
    expect(window.stage).to_have_text("✓ completed")


def test_a_used_link_says_so_also_on_pages_that_were_open_before(
    open_window: OpenWindow, mail: ApprovalMail
) -> None:
    window, late = open_window("approver"), open_window()
    window.open(mail.view)
    expect(window.page.get_by_role("button", name="Approve payment")).to_be_visible()
    mail.approve()
    mail.run.wait_for_stage(mail.order, "completed")
    window.look_again()
    late.open(mail.view)
    for one in (window, late):
        expect(one.main).to_contain_text("No decision is needed")
        expect(one.main).to_contain_text("You have nothing to do.")
        expect(one.main.get_by_role("button")).to_have_count(0)


def test_a_link_whose_approval_came_too_late_leads_to_the_order_at_the_desk(
    open_window: OpenWindow, mail: ApprovalMail
) -> None:
    add(mail.run, "GRINDER-HAND", mail.order)
    mail.approve(revision=1)
    window = open_window()
    page = window.open(mail.view)
    expect(page.get_by_role("heading", level=1)).to_have_text("This link was used")
    expect(window.main).to_contain_text("The order still waits")
    page.get_by_role("button", name="Sign in to decide").click()
    page.get_by_role("button", name="approver1").click()
    page.get_by_role("link", name="View the order").click()
    page.get_by_role("button", name="Approve payment").click()
    mail.run.wait_for_stage(mail.order, "completed")


def test_an_item_added_while_the_page_is_open_is_shown_before_the_approval(
    open_window: OpenWindow, mail: ApprovalMail
) -> None:
    window = open_window("approver")
    page = window.open(mail.view)
    expect(page.get_by_role("button", name="Approve payment")).to_be_visible()
    add(mail.run, "GRINDER-HAND", mail.order)
    window.look_again()
    changed = window.main.get_by_role("alert")
    expect(changed).to_contain_text("revision 2 now, 58.50 EUR instead of 9.50 EUR")
    expect(page.get_by_role("button", name="Approve payment")).to_have_count(0)
    page.get_by_role("button", name="I have seen the change").click()
    expect(window.main).to_contain_text("58.50 EUR for revision 2 of the order.")
    page.get_by_role("button", name="Approve payment").click()
    mail.run.wait_for_stage(mail.order, "completed")
    assert len(window.asked_of(f"POST {window.api}/approvals/{mail.code}")) == 1


def test_the_requester_is_refused_with_the_reason(
    open_window: OpenWindow, mail: ApprovalMail, state: State
) -> None:
    window = open_window()
    window.refusals.add(403)
    with promoted(state, "alice", "approver") as requester:
        page = window.open(mail.view)
        page.get_by_role("button", name="Sign in to decide").click()
        page.get_by_role("button", name=requester).click()
        page.get_by_role("button", name="Approve payment").click()
        expect(window.main.get_by_role("alert")).to_contain_text(
            "You cannot approve this order. The requester cannot approve the order."
        )
        expect(page.get_by_role("button", name="Approve payment")).to_have_count(0)
    assert mail.run.status(mail.order)["payment_approved"] is False


def test_a_user_without_the_role_gets_the_reason_and_can_sign_in_as_another_user(
    open_window: OpenWindow, mail: ApprovalMail
) -> None:
    window = open_window("customer")
    page = window.open(mail.view)
    expect(window.main).to_contain_text("You are alice (customer). Approval requires the role")
    page.get_by_role("button", name="Sign in as another user").click()
    page.get_by_role("button", name="Sign in to decide").click()
    page.get_by_role("button", name="approver1").click()
    expect(page.get_by_role("button", name="Approve payment")).to_be_visible()
    assert page.url == mail.link


def test_an_expired_session_is_renewed_and_leads_back_to_the_link(
    open_window: OpenWindow, mail: ApprovalMail
) -> None:
    window = open_window("approver")
    window.refusals.add(401)
    page = window.open(mail.view)
    expect(page.get_by_role("button", name="Approve payment")).to_be_visible()
    page.evaluate("sessionStorage.setItem('token', sessionStorage.getItem('token') + 'x')")
    page.get_by_role("button", name="Approve payment").click()
    expect(window.alert).to_contain_text("Your session has expired")
    expect(page.get_by_role("button", name="Sign in to decide")).to_be_visible()
    page.get_by_role("button", name="Sign in again").click()
    page.get_by_role("button", name="approver1").click()
    page.get_by_role("button", name="Approve payment").click()
    mail.run.wait_for_stage(mail.order, "completed")


def test_an_approver_declines_from_the_link(open_window: OpenWindow, mail: ApprovalMail) -> None:
    window = open_window("approver")
    page = window.open(mail.view)
    page.get_by_label("Reason").fill("over this month's budget")
    page.get_by_role("button", name="Decline payment").click()
    expect(window.main).to_contain_text("The order was declined or cancelled")
    mail.run.wait_for_end(mail.order)
    assert mail.run.status(mail.order)["last_error"] == "declined: over this month's budget"


def test_an_approver_with_the_operator_role_cancels_from_the_link(
    open_window: OpenWindow, mail: ApprovalMail, state: State
) -> None:
    window = open_window()
    with temporary_user(state, "lead2", "approver", "operator") as lead:
        page = window.open(mail.view)
        page.get_by_role("button", name="Sign in to decide").click()
        page.get_by_role("button", name=lead).click()
        cancelling = page.get_by_role("form", name="Cancel order")
        cancelling.get_by_label("Reason").fill("a suspicious address")
        page.get_by_role("button", name="Cancel order").click()
        expect(window.main).to_contain_text("The order was declined or cancelled")
    mail.run.wait_for_end(mail.order)
    assert mail.run.status(mail.order)["last_error"] == "cancelled: a suspicious address"


def test_an_open_link_delays_further_emails(open_window: OpenWindow, mail: ApprovalMail) -> None:
    window = open_window("approver")
    with window.page.expect_response(f"**/orders/{mail.order_id}/heartbeat") as answered:
        window.open(mail.view)
    assert answered.value.status == 204


def test_an_order_whose_approver_got_an_email_still_waits_and_its_diagram_shows_the_whole_path(
    open_window: OpenWindow, mail: ApprovalMail
) -> None:
    window = open_window("customer")
    window.open(f"orders/{mail.order_id}")
    window.expect_progress(RequestApproval="✓ succeeded", AwaitSignal="● in progress ×2")
    window.expect_taken(
        "ReserveStock AwaitSignal",
        "AwaitSignal ApplySignals",
        "RouteDecision RequestApproval",
        "RequestApproval AwaitSignal",
    )
    window.expect_not_taken("RouteDecision AwaitSignal", "RouteDecision ProcessPayment")
    expect(window.main).to_contain_text("✓ approval mail sent")
