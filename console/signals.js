// Signals: their roles, their forms and their outcomes.

import { post } from "./api.js";
import { h } from "./dom.js";
import { field, form, itemFields, itemOf } from "./forms.js";
import { applied, money, refused } from "./words.js";

const HEARTBEAT_MS = 60_000; // the API uses at most one heartbeat a minute for each order
const WHO = { "approve-payment": ["approver"], "decline-payment": ["approver"], "cancel-order": ["customer", "operator"],
  "add-line-item": ["customer"] };

/** Whether the order admits the signal now, and the roles of the user allow it. */
export const takes = (order, kind, who) =>
  order.allowed_signals.includes(kind) && WHO[kind].some((role) => who.roles.includes(role));

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
    if (signal.outcome == null || signal.outcome === "applied") {
      notify(applied(kind, signal.outcome));
      return true;
    }
    fail(new Error(refused(kind, signal.outcome)));
  } catch (problem) {
    fail(problem);
  }
  return false;
}

/** A form that ends the order with a reason. Its key has the order id, so that a typed reason is never sent with
 * another order. */
const ending = (title, kind) => (id, submit) => form(title,
  [field("Reason", { name: "reason", required: true, maxlength: 200 })],
  (data) => submit(kind, { reason: data.get("reason").trim() }), { kind: "danger", key: `${kind} ${id}` });

export const decline = ending("Decline payment", "decline-payment");
export const cancellation = ending("Cancel order", "cancel-order");

export const addition = (submit) =>
  form("Add item", itemFields(), (data) => submit("add-line-item", itemOf(data)));

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
