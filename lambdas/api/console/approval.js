// Approval: where a mailed link leads. Whoever has the link sees the order; an approver decides.

import { get } from "./api.js";
import { h, show, update } from "./dom.js";
import { items } from "./facts.js";
import { form } from "./forms.js";
import { live } from "./live.js";
import { person } from "./session.js";
import { cancellation, changed, looker, sendTo } from "./signals.js";
import { clock, left, money, passed } from "./words.js";

const STRANGERS_SECONDS = 10; // who cannot decide needs no news at once
const FATE = {
  completed: "The order was approved, and is paid and completed.",
  compensating: "The order is being cancelled: its stock is released, and whatever was charged goes back.",
  cancelled: "The order was cancelled, or its time was up. Its stock is released; nothing stays charged.",
  failed: "The order failed. Its stock is released; nothing stays charged.",
};

export function approval(page, code) {
  const { fail, enter, change } = page;
  const path = `/approvals/${code}`;
  const sheet = h("div", { class: "sheet" }, h("p", { class: "quiet" }, "Loading…"));
  const beat = looker();
  let told = null; // the newest answer
  let seen = null; // the order as whoever looks at it knows it
  let refusal = null; // why the server does not let this person approve
  let decided = false; // by this person, on this page

  async function look() {
    told = await get(path);
    seen ??= told;
    draw();
    if (told.link === "open" && is("approver")) await beat(told.order_id);
  }

  const is = (role) => person()?.roles.includes(role) ?? false; // a session may end under the page

  function draw() {
    const open = told.link === "open";
    const title = open ? "An order waits for approval" : spent() ? "This link was used" : "Nothing is left to decide";
    update(sheet, h("h1", {}, title),
      h("section", { class: "card", "aria-label": "The order" },
        h("p", { class: "id" }, told.order_id), h("p", { class: "big" }, money(told.total)),
        (open || spent()) && h("p", {}, `${left(told.approval_deadline)} left, until ${clock(told.approval_deadline)}.`),
        ...items(told)),
      h("section", { class: "card", "aria-label": "What you can do" },
        h("h2", {}, open ? "What you can do" : "What became of it"), ...(open ? deciding() : ending())));
  }

  /** Whether the link is used up and the order waits all the same: its approval was stale. */
  const spent = () => told.outcome === "stale" && told.stage === "awaiting-approval" && !passed(told.approval_deadline);

  function deciding() {
    const who = person();
    const otherwise = text("If it must not be paid, do nothing: it is cancelled when the time is up.");
    if (!who) {
      return [text("Opening this page changed nothing. To approve, sign in as an approver; you come back to this page."),
        signIn(), otherwise];
    }
    return [is("approver") ? (refusal ? refused() : answer()) : stranger(who), otherwise,
      is("operator") && cancellation(told.order_id, (kind, body) => ask(kind, body, `/orders/${told.order_id}/signals/${kind}`)),
      wholeOrder(who)];
  }

  const answer = () => changed(seen, told, () => { seen = told; draw(); })
    ?? form("Approve payment", [
      text(`${money(seen.total)}, as the lines stand at revision ${seen.revision}. This link approves once.`),
    ], () => ask("approve-payment", { revision: seen.revision }, path));

  async function ask(kind, body, where) {
    decided = await sendTo({ ...page, fail: hear }, kind, where, body);
    await watch.now();
    return decided;
  }

  /** A person who may not approve is told on the page itself: asking again does not help. */
  function hear(problem) {
    if (problem.status === 403) refusal = problem.message;
    else fail(problem);
    if (told) draw();
  }

  const refused = () => h("div", { class: "changed", role: "alert", "data-key": "refused" },
    text(`You cannot approve this order. ${refusal} This link still works for another approver.`),
    asAnother());

  const stranger = (who) => h("div", { "data-key": "stranger" },
    text(`You are ${who.name} (${who.roles.join(", ") || "no role"}). Only the role approver approves: `
      + "ask an administrator for it, or sign in as somebody else."), asAnother());

  function ending() {
    const who = person();
    if (spent()) {
      return [text("A link decides once. The approval by this one did not hold, as the lines had changed. "
        + "The order still waits: decide on its own page, or by the link of the next mail."), who ? wholeOrder(who) : signIn()];
    }
    return [text(fate()), text("There is nothing left for you to do."), who && wholeOrder(who)];
  }

  function fate() {
    if (told.stage !== "awaiting-approval") return FATE[told.stage] ?? "The order was approved, and its payment is under way.";
    if (told.link === "used" && [null, "applied"].includes(told.outcome)) return "The approval was accepted and takes effect in a moment.";
    if (decided && told.link !== "used") return "Your decision was accepted, and takes effect in a moment.";
    return passed(told.approval_deadline) ? "The time is up: the order is being cancelled."
      : "The order takes no approval any more: another decision came first.";
  }

  const text = (words) => h("p", {}, words);
  const signIn = () => h("p", {}, h("button", { class: "primary", onclick: enter }, "Sign in to decide"));
  const asAnother = () => h("button", { onclick: change }, "Sign in as somebody else");
  const wholeOrder = (who) => who.roles.length > 0 && h("p", {},
    who.roles.includes("approver") || who.roles.includes("operator") ? null : "If it is your own: ",
    h("a", { href: `#/orders/${told.order_id}` }, "See the whole order"));

  function wrong() {
    update(sheet, h("h1", {}, "This link leads to no order"), h("section", { class: "card" },
      text("Perhaps a part of it is missing: some mail programs break long lines. Copy it from the mail "
        + "to its last character, or open the link of the newest mail."),
      h("p", {}, h("a", { href: "#/orders" }, person() ? "All orders" : "Start page"))));
  }

  function over() {
    update(sheet, h("h1", {}, "This link has ended"), h("section", { class: "card" },
      text("The order no longer waits for an approval, so the link shows nothing."),
      h("p", {}, h("a", { href: "#/orders" }, person() ? "All orders" : "Start page"))));
  }

  show(page.main, sheet);
  if (!code) return wrong();
  const watch = live(look, { ...page, fail: (problem) => (problem.status === 404 ? wrong() : problem.status === 410 ? over() : hear(problem)) },
    is("approver") || is("operator") ? undefined : STRANGERS_SECONDS);
  return watch.end;
}
