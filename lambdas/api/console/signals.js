// The signals: who may send which, and what became of them.

import { post } from "./api.js";
import { h } from "./dom.js";
import { field, form, itemFields, itemOf } from "./forms.js";
import { applied, money, refused } from "./words.js";

const HEARTBEAT_MS = 60_000; // the API passes on at most one a minute and order
const WHO = { "approve-payment": ["approver"], "cancel-order": ["customer", "operator"], "add-line-item": ["customer"] };

/** Whether the order takes a signal now, and from a person of these roles. */
export const takes = (order, kind, who) =>
  order.allowed_signals.includes(kind) && WHO[kind].some((role) => who.roles.includes(role));

/** What tells the workflow that a person is looking at an order: its tick and its mails hold back. */
export function looker() {
  let [last, at] = [null, 0];
  return async (id) => {
    if (document.hidden || (id === last && Date.now() - at < HEARTBEAT_MS)) return;
    [last, at] = [id, Date.now()];
    await post(`/orders/${id}/heartbeat`);
  };
}

/** Send a signal and tell what became of it. True if it was applied, or will be. */
export const send = (page, id, kind, body) => sendTo(page, kind, `/orders/${id}/signals/${kind}`, body);

/** The same, to another address that takes the signal. */
export async function sendTo({ tell, fail }, kind, path, body) {
  try {
    const told = await post(path, body);
    if (told.outcome == null || told.outcome === "applied") {
      tell(applied(kind, told.outcome));
      return true;
    }
    fail(new Error(refused(kind, told.outcome)));
  } catch (problem) {
    fail(problem);
  }
  return false;
}

/** The reason that was typed for one order must never be sent with another: `id` keeps them apart. */
export const cancellation = (id, deed) => form("Cancel order",
  [field("Reason", { name: "reason", required: true, maxlength: 200 })],
  (data) => deed("cancel-order", { reason: data.get("reason").trim() }), { kind: "danger", key: `cancel ${id}` });

export const addition = (deed) =>
  form("Add item", itemFields(), (data) => deed("add-line-item", itemOf(data)));

/** What changed since the approver saw the order; null if nothing did. `accept` is told once they
 * have seen that too: only then can they approve. */
export const changed = (seen, now, accept) => seen.revision === now.revision ? null
  : h("div", { class: "changed", role: "alert", "data-key": "changed" },
    h("p", {}, `The lines changed under your eyes: revision ${now.revision} now, `
      + `${money(now.total)} instead of ${money(seen.total)}.`),
    h("ul", {}, ...differences(seen, now).map((one) => h("li", {}, one))),
    h("button", { type: "button", onclick: accept }, "I have seen the change"));

function differences(seen, now) {
  const before = Object.fromEntries(seen.items.map((one) => [one.sku, one.quantity]));
  return now.items.filter((one) => one.quantity !== before[one.sku])
    .map((one) => `${one.sku}: ${one.quantity} instead of ${before[one.sku] ?? 0}`);
}
