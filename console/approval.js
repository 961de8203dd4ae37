// Approval: the page of a mailed link. Anyone with the link can view the order; only an approver decides.

import { get } from "./api.js";
import { h, show, update } from "./dom.js";
import { items } from "./facts.js";
import { form } from "./forms.js";
import { live } from "./live.js";
import { person } from "./session.js";
import { FIRST_APPROVAL, changed, endForm, looker, sendTo } from "./signals.js";
import { clock, left, money, passed } from "./words.js";

const VIEWERS_SECONDS = 10; // viewers that cannot decide poll less often
const OUTCOMES = {
  completed: "The order was approved, and is paid and completed.",
  compensating: "The order is being cancelled: its stock is released. If it was charged, the payment is refunded in full.",
  cancelled: "The order was declined or cancelled, or its deadline passed. Its stock is released. If it was charged, the payment was refunded.",
  failed: "The order failed. Its stock is released. If it was charged, the payment was refunded.",
};

export function approval(page, code) {
  const { fail, enter, change } = page;
  const path = `/approvals/${code}`;
  const sheet = h("div", { class: "sheet" }, h("p", { class: "quiet", "data-loading": true }, "Loading…"));
  const beat = looker();
  let latest = null; // the newest version of the order
  let seen = null; // the version that the viewer has acknowledged
  let refusal = null; // why this person cannot approve, from the server
  let decided = false; // a decision was sent from this page

  async function look() {
    latest = await get(path);
    seen ??= latest;
    draw();
    if (latest.link === "open" && is("approver")) await beat(latest.order_id);
  }

  const is = (role) => person()?.roles.includes(role) ?? false; // a session may end while the page is open

  function draw() {
    const open = latest.link === "open";
    const title = open ? "An order waits for approval" : used() ? "This link was used" : "No decision is needed";
    update(sheet, h("h1", {}, title),
      h("section", { class: "card", "aria-label": "The order" },
        h("p", { class: "id" }, latest.order_id), h("p", { class: "big" }, money(latest.total)),
        (open || used()) && h("p", {}, `${left(latest.approval_deadline)} left, until ${clock(latest.approval_deadline)}.`),
        ...items(latest)),
      h("section", { class: "card", "aria-label": "What you can do" },
        h("h2", {}, open ? "What you can do" : "Outcome"), ...(open ? deciding() : ending())));
  }

  /** Whether the link was used but the order still waits: the approval was stale, or the first of two. */
  const used = () => ["stale", FIRST_APPROVAL].includes(latest.outcome) && latest.stage === "awaiting-approval" && !passed(latest.approval_deadline);

  function deciding() {
    const who = person();
    const id = latest.order_id;
    const end = (kind, body) => ask(kind, body, `/orders/${id}/signals/${kind}`);
    const otherwise = text("Without a decision the order is cancelled at its deadline.");
    if (!who) {
      return [text("Opening this page changes nothing. To decide, sign in as an approver. You then return to this page."),
        signIn(), otherwise];
    }
    return [is("approver") ? (refusal ? refused() : answer()) : viewer(who), is("approver") && endForm(id, "decline-payment", end),
      is("operator") && endForm(id, "cancel-order", end), otherwise,
      wholeOrder(who)];
  }

  const answer = () => changed(seen, latest, () => { seen = latest; draw(); })
    ?? form("Approve payment", [
      text(`${money(seen.total)} for revision ${seen.revision} of the order. This link is valid for one approval.`),
    ], () => ask("approve-payment", { revision: seen.revision }, path));

  async function ask(kind, body, where) {
    decided = await sendTo({ ...page, fail: report }, kind, where, body);
    await watch.now();
    return decided;
  }

  /** Show a refused permission on the page itself, because a retry cannot succeed. */
  function report(problem) {
    if (problem.status === 403) refusal = problem.message;
    else fail(problem);
    if (latest) draw();
  }

  const refused = () => h("div", { class: "changed", role: "alert", "data-key": "refused" },
    text(`You cannot approve this order. ${refusal} This link still works for another approver.`),
    asAnother());

  const viewer = (who) => h("div", { "data-key": "viewer" },
    text(`You are ${who.name} (${who.roles.join(", ") || "no role"}). Approval requires the role approver: `
      + "ask an administrator for it, or sign in as another user."), asAnother());

  function ending() {
    const who = person();
    if (used()) {
      return [text((latest.outcome === FIRST_APPROVAL ? "The approval with this link is recorded. Another approver must approve the order, too. "
        : "A link is valid for one approval. The approval with this link had no effect, because the lines had changed. ")
        + "The order still waits: approve it on its order page, or with the link of the next e-mail."), who ? wholeOrder(who) : signIn()];
    }
    return [text(outcome()), text("You have nothing to do."), who && wholeOrder(who)];
  }

  function outcome() {
    if (latest.stage !== "awaiting-approval") return OUTCOMES[latest.stage] ?? "The order was approved, and its payment is in progress.";
    if (latest.link === "used" && [null, "applied"].includes(latest.outcome)) return "The approval was accepted and takes effect in a moment.";
    if (decided && latest.link !== "used") return "Your decision was accepted and takes effect in a moment.";
    return passed(latest.approval_deadline) ? "The deadline has passed: the order is being cancelled."
      : "The order no longer accepts an approval: another decision came first.";
  }

  const text = (words) => h("p", {}, words);
  const signIn = () => h("p", {}, h("button", { class: "primary", onclick: enter }, "Sign in to decide"));
  const asAnother = () => h("button", { onclick: change }, "Sign in as another user");
  const wholeOrder = (who) => who.roles.length > 0 && h("p", {},
    who.roles.includes("approver") || who.roles.includes("operator") ? null : "If it is your order: ",
    h("a", { href: `#/orders/${latest.order_id}` }, "View the order"));

  function wrong() {
    update(sheet, h("h1", {}, "This link leads to no order"), h("section", { class: "card" },
      text("The link may be incomplete: some mail programs break long lines. Copy the complete link from the "
        + "e-mail, or open the link of the newest e-mail."),
      h("p", {}, h("a", { href: "#/orders" }, person() ? "All orders" : "Start page"))));
  }

  function over() {
    update(sheet, h("h1", {}, "This link has expired"), h("section", { class: "card" },
      text("The order no longer waits for approval, so this link no longer shows it."),
      h("p", {}, h("a", { href: "#/orders" }, person() ? "All orders" : "Start page"))));
  }

  show(page.main, sheet);
  if (!code) return wrong();
  const watch = live(look, { ...page, fail: (problem) => (problem.status === 404 ? wrong() : problem.status === 410 ? over() : report(problem)) },
    is("approver") || is("operator") ? undefined : VIEWERS_SECONDS);
  return watch.end;
}
