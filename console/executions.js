// The executions of an order: the selection, and the progress of an earlier execution.

import { h } from "./dom.js";

const ENDED = {
  ExecutionAborted: ["aborted", "was stopped"],
  ExecutionFailed: ["failed", "failed"],
  ExecutionTimedOut: ["failed", "timed out"],
  ExecutionSucceeded: ["succeeded", "succeeded"],
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
  return ENDED[last?.type]?.[1] ?? (one.epoch < epoch ? "lost the order to the next one" : "is running");
}

/** The states with the progress of another execution, from its events: the API returns no graph of it. */
export function retraced(states, events) {
  const seen = new Map(states.map(({ name }) => [name,
    { progress: "not-reached", visits: 0, error: null, entered_at: null, left_at: null }]));
  const open = new Set(); // states that were entered and not exited
  for (const event of events) {
    const name = event.state ?? working(open, states);
    if (seen.has(name)) follow(seen.get(name), event);
    if (event.type.endsWith("StateEntered")) open.add(name);
    else if (event.type.endsWith("StateExited")) open.delete(name);
  }
  const end = ENDED[events.at(-1)?.type]?.[0];
  for (const name of open) if (end && seen.has(name)) seen.get(name).progress = end;
  return states.map((one) => ({ ...one, ...seen.get(one.name) }));
}

function follow(state, event) {
  if (event.type.endsWith("StateEntered")) {
    Object.assign(state, { progress: "running", visits: state.visits + 1, error: null, entered_at: event.timestamp, left_at: null });
  } else if (event.type.endsWith("StateExited")) {
    Object.assign(state, { progress: state.error ? "caught" : "succeeded", left_at: event.timestamp });
  } else if (event.type.endsWith("Succeeded")) {
    state.error = null;
  } else if (event.error || /(Failed|TimedOut)$/.test(event.type)) {
    state.error = event.error ?? event.type;
  }
}

/** The state of an event that names none: the only state that is running, or null. */
function working(open, states) {
  const inner = [...open].filter((name) => !states.some((one) => one.inside === name));
  const those = inner.length ? inner : [...open];
  return those.length === 1 ? those[0] : null;
}
