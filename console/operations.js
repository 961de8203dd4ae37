// Operator actions on an order that makes no progress: compensate it, or stop its execution.

import { post } from "./api.js";
import { h } from "./dom.js";
import { once } from "./forms.js";

const ENDS = ["completed", "cancelled", "failed"];
const ACTIONS = [
  { name: "compensate", title: "Compensate", question: "A new execution takes the order over and undoes its effects. It cannot be completed afterwards.",
    done: () => "A new execution compensates the order." },
  { name: "abort", title: "Stop the execution", question: "The execution stops at once. The janitor then compensates the order.",
    done: ({ stopped }) => (stopped ? "The execution was stopped. The janitor compensates the order." : "No execution ran; the order continues in a new one.") },
];

/** The actions, if the user is an operator and the order has not ended. `after` is called after each action. */
export function operations({ order_id: id, stage }, { who, notify, fail }, after) {
  if (!who.roles.includes("operator") || ENDS.includes(stage)) return null;
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
    ...ACTIONS.map((one) => h("button", { class: "danger", "data-key": one.name,
      onclick: ({ currentTarget }) => once(currentTarget, () => run(one)) }, one.title))));
}
