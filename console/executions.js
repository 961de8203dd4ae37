// The executions of an order: the selection, and the progress of an earlier execution.

import { h } from "./dom.js";

const ENDED = {
  ExecutionAborted: "was stopped",
  ExecutionFailed: "failed",
  ExecutionTimedOut: "timed out",
  ExecutionSucceeded: "succeeded",
};

/** The selection above the diagram of an order with several executions, and the outcomes of the others.
 * `history` is null if the user may not read it: then `lead` goes to the timeline. */
export function chooser(epoch, shown, history, choose, lead) {
  if (epoch === 1) return null;
  const title = h("p", {}, h("strong", {}, `Execution ${shown} of ${epoch}`), " is drawn.");
  if (!history) {
    title.append(" It took the order over and compensated it. An earlier execution may have reached states that this one shows as"
      + " \u201cnot reached\u201d. All events are in the ", h("button", { class: "plain", onclick: lead }, "timeline"), ".");
    return h("div", { class: "chooser", "data-key": "chooser" }, title);
  }
  const others = history.executions.filter((one) => one.epoch !== shown);
  title.append(...others.map((one) => ` Execution ${one.epoch} ${outcome(one, epoch, history)}.`));
  return h("div", { class: "chooser", "data-key": "chooser" }, title,
    h("div", { class: "chips", role: "group", "aria-label": "Execution to draw" }, ...history.executions.map((one) =>
      h("button", { class: "chip", "data-key": one.epoch, "aria-pressed": String(one.epoch === shown), onclick: () => choose(one.epoch) },
        `Execution ${one.epoch}`))));
}

function outcome(one, epoch, history) {
  const last = history.events.findLast((event) => event.epoch === one.epoch);
  return ENDED[last?.type] ?? (one.epoch < epoch ? "lost the order to the next one" : "is running");
}

const NOT_REACHED = { progress: "not-reached", entries: 0, error: null, entered_at: null, left_at: null, attempts: 0 };

/** The states with the progress of another execution, from its state entries: the API returns no graph of it. */
export const retraced = (states, entries) => states.map((state) => {
  const own = entries.filter((one) => one.state === state.name);
  if (!own.length) return { ...state, ...NOT_REACHED };
  const { progress, error, entered_at, left_at, attempts } = own.at(-1);
  return { ...state, progress, error, entered_at, left_at, attempts, entries: own.length };
});

/** Save the histories of an order as a file. */
export function save(history) {
  const url = URL.createObjectURL(new Blob([JSON.stringify(history, null, 2)], { type: "application/json" }));
  h("a", { href: url, download: `${history.order_id}.json` }).click();
  URL.revokeObjectURL(url);
}
