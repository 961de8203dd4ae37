// Settlements: money that was returned without the payment provider. Two operators record each.

import { post } from "./api.js";
import { h } from "./dom.js";
import { field, form } from "./forms.js";
import { money } from "./words.js";

/** The form of a settlement, if the user is an operator and the order owes money that the provider
 * cannot return: to request it, or to confirm the request of another operator. */
export function settlement(order, { who, notify, fail }, after) {
  const owed = owedBy(order);
  if (!owed || !who.roles.includes("operator")) return null;
  const known = order.settlement && !order.settlement.confirmed_at ? order.settlement : null;
  const send = async (body) => {
    try {
      const answer = await post(`/ops/orders/${order.order_id}/settle`, { settled: "refund-paid", currency: order.total.currency, ...body });
      notify(answer.settlement.confirmed_at ? "The settlement is recorded." : "The settlement waits for another operator.");
      await after();
      return true;
    } catch (problem) {
      fail(problem);
      return false;
    }
  };
  return h("details", { "data-key": "settle" }, h("summary", {}, "Settle"),
    known && said(known, order), known && known.requested_by !== who.name ? confirmation(known, send) : request(owed, order, send));
}

/** The effect of which money is owed: a debt, or a payment whose refund is stuck. While a bank decides a dispute, nothing is settled. */
const owedBy = ({ stage, dispute, ledger: { pay, debt } }) =>
  (dispute === "open" ? null : debt?.state === "intent" ? debt : stage === "compensating" && pay?.stuck ? pay : null);

const said = (known, { total }) => h("p", {}, `${known.requested_by} returned ${money({ ...total, amount_minor: known.amount_minor })}: `
  + `${known.evidence}. Another operator must confirm it.`);

const evidence = () => field("Evidence", { name: "evidence", required: true, maxlength: 200, placeholder: "bank transfer, reference 4711" });

function request(owed, { total }, send) {
  const open = owed.amount_minor - (owed.refunded_minor ?? 0);
  return form("Request settlement", [
    h("p", {}, `Return ${money({ ...total, amount_minor: open })} to the customer first.`),
    field("Amount in minor units", { name: "amount", type: "number", min: 1, max: owed.amount_minor, value: open, required: true }), evidence()],
  (data) => send({ amount_minor: Number(data.get("amount")), evidence: data.get("evidence") }));
}

const confirmation = (known, send) => form("Confirm settlement", [evidence()],
  (data) => send({ amount_minor: known.amount_minor, evidence: data.get("evidence"), confirm: known.settlement_id }));
