// Settlements: money that was returned, or a dispute that ended, without a report of the payment provider. Two operators record each.

import { post } from "./api.js";
import { h } from "./dom.js";
import { field, form } from "./forms.js";
import { money } from "./words.js";

/** The form of a settlement, if the user is an operator and the order has an open dispute, or owes money that the provider
 * cannot return: to request it, or to confirm the request of another operator. */
export function settlement(order, { who, notify, fail }, after) {
  const disputes = openDisputes(order);
  const owed = disputes.length ? null : owedBy(order);
  if ((!owed && !disputes.length) || !who.roles.includes("operator")) return null;
  const pending = order.settlement && !order.settlement.confirmed_at ? order.settlement : null;
  const known = pending && (pending.settled === "refund-paid") === Boolean(owed) ? pending : null;
  const send = async (body) => {
    try {
      const answer = await post(`/ops/orders/${order.order_id}/settle`, { currency: order.total.currency, ...body });
      notify(answer.settlement.confirmed_at ? "The settlement is recorded." : "The settlement waits for another operator.");
      await after();
      return true;
    } catch (problem) {
      fail(problem);
      return false;
    }
  };
  const requests = () => (owed ? [request(owed, order, send)] : disputes.map((one) => end(one, order, send)));
  return h("details", { "data-key": "settle" }, h("summary", {}, "Settle"),
    known && said(known, order), ...(known && known.requested_by !== who.name ? [confirmation(known, send)] : requests()));
}

/** The effect of which money is owed: a debt, or a payment whose refund is stuck. */
const owedBy = ({ stage, ledger: { pay, debt } }) =>
  (debt?.state === "intent" ? debt : stage === "compensating" && pay?.stuck ? pay : null);

/** The open disputes. While a bank decides one, no refund is settled. */
const openDisputes = ({ ledger }) => Object.entries(ledger).map(([name, one]) => ({ ...one, name }))
  .filter(({ name, state }) => /^dispute(-\d+)?$/.test(name) && state === "intent");

const WHAT = { "refund-paid": "returned", "dispute-won": "reported a won dispute of", "dispute-lost": "reported a lost dispute of" };

const said = (known, { total }) => h("p", {}, `${known.requested_by} ${WHAT[known.settled]} ${money({ ...total, amount_minor: known.amount_minor })}: `
  + `${known.evidence}. Another operator must confirm it.`);

const evidence = (placeholder = "bank transfer, reference 4711") => field("Evidence", { name: "evidence", required: true, maxlength: 200, placeholder });

const amount = (open, { max = open, min = 1 } = {}) => field("Amount in minor units", { name: "amount", type: "number", min, max, value: open, required: true });

function request(owed, { total }, send) {
  const open = owed.amount_minor - (owed.refunded_minor ?? 0);
  return form("Request settlement", [
    h("p", {}, `Return ${money({ ...total, amount_minor: open })} to the customer first.`
      + (owed.stuck ? " Enter 0 if nothing is left to return: the provider made the refund, or captured nothing." : "")),
    amount(open, { max: owed.amount_minor, min: owed.stuck ? 0 : 1 }), evidence()],
  (data) => send({ settled: "refund-paid", amount_minor: Number(data.get("amount")), evidence: data.get("evidence") }));
}

/** The form that ends a dispute. A part of a dispute may be lost, but not won. */
function end({ name, amount_minor: open }, { total }, send) {
  return form("Request end of dispute", [
    h("p", {}, `${name} of ${money({ ...total, amount_minor: open })}: end it only if the payment provider no longer knows the payment.`),
    h("label", {}, "Decision of the bank", h("select", { name: "settled", required: true },
      h("option", { value: "" }, ""), h("option", { value: "dispute-won" }, "won"), h("option", { value: "dispute-lost" }, "lost"))),
    amount(open), evidence("letter of the bank, reference 4711")],
  (data) => send({ settled: data.get("settled"), dispute: name, amount_minor: Number(data.get("amount")), evidence: data.get("evidence") }),
  { key: name });
}

const confirmation = (known, send) => form("Confirm settlement", [evidence()],
  (data) => send({ settled: known.settled, amount_minor: known.amount_minor, evidence: data.get("evidence"), confirm: known.settlement_id }));
