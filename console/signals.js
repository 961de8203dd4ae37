// Signals: their roles, their forms and their outcomes.

import { post } from "./api.js";
import { catalogue } from "./catalogue.js";
import { h } from "./dom.js";
import { field, form, itemFields, itemOf } from "./forms.js";
import { money } from "./words.js";

const HEARTBEAT_MS = 60_000; // the API uses at most one heartbeat a minute for each order

/** Each kind: who sends it, and its texts. A kind with the title of a form, `ends`, ends the order for a reason. `form` makes
 * the form of another kind. */
const SIGNALS = {
  "approve-payment": { roles: ["approver"], done: "approved", applied: "Approved. Payment follows.", refused: "Not approved" },
  "decline-payment": { roles: ["approver"], ends: "Decline payment", done: "declined",
    applied: "Declined. The stock is being released.", refused: "Not declined" },
  "cancel-order": { roles: ["customer", "operator"], ends: "Cancel order", done: "cancelled",
    applied: "Cancelled. The order is being compensated.", refused: "Not cancelled" },
  "add-line-item": { roles: ["customer"], form: addition, applied: "Item added.", refused: "No item added" },
};

/** What the user did with the order by a signal: `approved`. */
export const doneBy = (kind) => SIGNALS[kind].done;

/** Whether the order admits the signal now, and the roles of the user allow it. */
export const takes = (order, kind, who) =>
  order.allowed_signals.includes(kind) && SIGNALS[kind].roles.some((role) => who.roles.includes(role));

/** Whether the user can approve the order: its second approval must come from another approver. */
export const mayApprove = (order, who) => takes(order, "approve-payment", who) && !order.approved_by.includes(who.name);

/** The outcome of the first of two approvals. */
export const FIRST_APPROVAL = "applied: waiting for a second approver";

/** Returns a function that sends heartbeats while an approver has an order open: they delay the tick and reminders. */
export function looker() {
  let [last, at] = [null, 0];
  return async (id) => {
    if (document.hidden || (id === last && Date.now() - at < HEARTBEAT_MS)) return;
    [last, at] = [id, Date.now()];
    await post(`/orders/${id}/heartbeat`);
  };
}

/** Send a signal and show its outcome. Returns true if it was or will be applied. */
export const send = (page, id, kind, body) => sendTo(page, kind, `/orders/${id}/signals/${kind}`, body);

/** Send a signal to another path that accepts it. */
export async function sendTo({ notify, fail }, kind, path, body) {
  try {
    const signal = await post(path, body);
    if ([null, "applied", FIRST_APPROVAL].includes(signal.outcome)) {
      notify(applied(kind, signal.outcome));
      return true;
    }
    fail(new Error(refused(kind, signal.outcome)));
  } catch (problem) {
    fail(problem);
  }
  return false;
}

/** A sentence for a signal that was or will be applied. */
function applied(kind, outcome) {
  if (outcome === FIRST_APPROVAL) return "Your approval is recorded. Another approver must approve the order, too.";
  return outcome == null ? "Accepted. It takes effect in a moment." : SIGNALS[kind].applied;
}

/** A sentence with the reason why a signal was not applied. */
function refused(kind, outcome) {
  if (outcome === "stale") return `${SIGNALS[kind].refused}: the lines changed since you saw them.`;
  if (outcome === "superseded") return `${SIGNALS[kind].refused}: another decision came first.`;
  return `${SIGNALS[kind].refused}: ${outcome}.`;
}

/** A form that ends the order for a reason. Its key has the order id, so that a typed reason is never sent with
 * another order. */
export const endForm = (id, kind, submit) => form(SIGNALS[kind].ends,
  [field("Reason", { name: "reason", required: true, maxlength: 200 })],
  (data) => submit(kind, { reason: data.get("reason").trim() }), { kind: "danger", key: `${kind} ${id}` });

/** The forms of all signals by which the user can end the order now. */
export const endForms = (order, who, submit) => Object.keys(SIGNALS)
  .filter((kind) => SIGNALS[kind].ends && takes(order, kind, who)).map((kind) => endForm(order.order_id, kind, submit));

/** The forms of all signals by which the user can change the order now. */
export const changeForms = (order, who, submit) => Object.keys(SIGNALS)
  .filter((kind) => SIGNALS[kind].form && takes(order, kind, who)).map((kind) => SIGNALS[kind].form(submit));

function addition(submit) {
  catalogue(); // suggests SKUs
  return form("Add item", itemFields(), (data) => submit("add-line-item", itemOf(data)));
}

/** The changes since the version that the approver saw, or null. The approver must acknowledge them
 * (`accept`) before they can approve. */
export const changed = (seen, now, accept) => seen.revision === now.revision ? null
  : h("div", { class: "changed", role: "alert", "data-key": "changed" },
    h("p", {}, `The lines changed while you had the order open: revision ${now.revision} now, `
      + `${money(now.total)} instead of ${money(seen.total)}.`),
    h("ul", {}, ...differences(seen, now).map((one) => h("li", {}, one))),
    h("button", { type: "button", onclick: accept }, "I have seen the change"));

function differences(seen, now) {
  const before = Object.fromEntries(seen.items.map((one) => [one.sku, one.quantity]));
  return now.items.filter((one) => one.quantity !== before[one.sku])
    .map((one) => `${one.sku}: ${one.quantity} instead of ${before[one.sku] ?? 0}`);
}
