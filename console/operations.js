// Operator actions on an order: take it over if it makes no progress, send its e-mail again if it has ended.

import { post } from "./api.js";
import { h } from "./dom.js";
import { once } from "./forms.js";

const ENDS = ["completed", "cancelled", "failed"];
const OPEN = [
  { name: "resume", title: "Resume", question: "If the execution has ended, a new one continues the order.",
    done: ({ resumed }) => (resumed ? "A new execution continues the order." : "Its execution runs. Nothing was changed.") },
  { name: "compensate", danger: true, title: "Compensate", question: "A new execution takes the order over and undoes its effects. It cannot be completed afterwards.",
    done: () => "A new execution compensates the order." },
  { name: "abort", danger: true, title: "Stop the execution", question: "The execution stops at once. The janitor then compensates the order.",
    done: ({ stopped }) => (stopped ? "The execution was stopped. The janitor compensates the order." : "No execution ran; the order continues in a new one.") },
];
const ENDED = [
  { name: "resend", title: "Send the e-mail again", question: "The customer gets the e-mail about the end of the order once more.",
    done: ({ state }) => (state === "done" ? "The e-mail was sent." : "The e-mail may have been sent: ask the customer.") },
];

/** The actions, if the user is an operator. `after` is called after each action. */
export function operations({ order_id: id, stage }, { who, notify, fail }, after) {
  if (!who.roles.includes("operator")) return null;
  const run = async ({ name, question, done }) => {
    if (!confirm(question)) return;
    try {
      notify(done(await post(`/ops/orders/${id}/${name}`)));
      await after();
    } catch (problem) {
      fail(problem);
    }
  };
  return h("details", { "data-key": "operate" }, h("summary", {}, "Operate"), h("div", { class: "row" },
    ...(ENDS.includes(stage) ? ENDED : OPEN).map((one) => h("button", { class: one.danger ? "danger" : "", "data-key": one.name,
      onclick: ({ currentTarget }) => once(currentTarget, () => run(one)) }, one.title))));
}
