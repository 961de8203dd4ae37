// Draws the state machine of one execution from its deployed definition.

import { h, s, update } from "./dom.js";
import { PAD, bottom, placed } from "./layout.js";
import { steps } from "./steps.js";
import { PROGRESS, UNDOABLE, clock, took } from "./words.js";
import { drawnTransitions } from "./transitions.js";

let opened = matchMedia("(min-width: 48rem)").matches;
let selected = null; // the name of the state whose details are shown

/** The steps, a diagram, and the same content as a list for screen readers. `ledger` has the compensated effects. A click
 * on a state shows its details. On a phone the diagram is closed at first, because it is longer than the screen. */
export function diagram({ start_at: start, states }, ledger) {
  if (!states.length) return h("p", { class: "quiet" }, "The execution has not started yet.");
  const shown = withoutUnused(states).map((one) => ({ ...one, progress: progress(one, ledger) }));
  const boxes = placed(start, shown);
  const width = Math.max(...[...boxes.values()].map((box) => box.x + box.w)) + PAD;
  const height = Math.max(...[...boxes.values()].map(bottom)) + PAD;
  const drawn = drawnTransitions(shown, boxes);
  const panel = h("div", { class: "details", "aria-live": "polite" }, ...details(shown));
  const select = (name, { currentTarget }) => {
    selected = selected === name ? null : name;
    update(currentTarget.closest(".graph").querySelector(".details"), ...details(shown));
  };
  const toggle = ({ currentTarget }) => { opened = currentTarget.open; }; // an update must not open it again
  const picture = s("svg", { viewBox: `0 0 ${width} ${height}`, class: "diagram", role: "img",
    "aria-label": "The state machine. The list below has the same content." }, tips(),
  ...drawn.map(line), ...drawn.map(decision), ...shown.map((one) => node(one, boxes.get(one.name), select)));
  return h("div", {}, steps(shown), h("details", { open: opened, ontoggle: toggle }, h("summary", {}, "State machine"),
    h("p", { class: "quiet hint" }, "Scroll the diagram to see the rest →"),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "State machine" }, picture), panel,
    h("p", { class: "legend" }, ...Object.entries(PROGRESS).map(([name, [icon, text]]) =>
      h("span", { class: `is-${name}` }, `${icon} ${text}`))),
    h("p", { class: "quiet" }, "Click a state to see its details. Errors that lead to the compensation are drawn only if they occurred.")),
    h("details", {}, h("summary", {}, "As a list"), h("ol", {}, ...shown.filter((one) => one.entries).sort(byEntry)
      .map((one) => h("li", {}, h("span", {}, sentence(one)), h("small", {}, ` ${times(one)}`))))));
}

/** The states without those of workflow version v1, unless the execution entered one. */
function withoutUnused(states) {
  const isV1 = (name) => name.endsWith("V1");
  if (states.some((one) => isV1(one.name) && one.entries)) return states;
  return states.filter((one) => !isV1(one.name))
    .map((one) => ({ ...one, transitions: one.transitions.filter((next) => !isV1(next.to)) }));
}

/** The details of the selected state. */
function details(states) {
  const state = states.find((one) => one.name === selected);
  return state ? [h("h3", {}, state.name), h("p", {}, `${sentence(state)}. ${state.comment}`), state.entries > 0 && h("p", {}, times(state))] : [];
}

/** `entered 27 Nov, 17:31, took 4 s, 2 attempts`. */
const times = ({ entered_at: entered, left_at: exited, attempts }) => [`entered ${clock(entered)}`,
  exited && `took ${took(entered, exited)}`, attempts > 1 && `${attempts} attempts`].filter(Boolean).join(", ");

/** The progress of a state: `compensated` if the ledger has its effect as undone. */
const progress = (state, ledger) =>
  state.progress === "succeeded" && ledger[UNDOABLE[state.name]]?.state === "undone" ? "compensated" : state.progress;

const byEntry = (a, b) => Date.parse(a.entered_at) - Date.parse(b.entered_at);

const sentence = (state) => `${state.name}: ${PROGRESS[state.progress][1]}${state.error ? ` (${state.error})` : ""}`
  + (state.entries > 1 ? `, ${state.entries} times` : "");

const tips = () => s("defs", {}, ...["", "-taken"].map((kind) => s("marker",
  { id: `tip${kind}`, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" },
  s("path", { d: "M0 0 L8 4 L0 8 z", class: `tip${kind}` }))));

const line = ({ from, to, kind, taken, path }) => s("path", { d: path, "data-transition": `${from} ${to}`,
  class: `transition ${kind}${taken ? " taken" : ""}`, "marker-end": `url(#tip${taken ? "-taken" : ""})` });

/** The label of a transition. Labels are drawn after all lines, so that no line crosses a text. */
const decision = ({ label }) => label && s("text", { class: "decision", x: label.x, y: label.y, "text-anchor": label.anchor }, label.text);

function node(state, box, select) {
  const [icon, text] = PROGRESS[state.progress];
  const repeated = state.entries > 1 ? ` ×${state.entries}` : "";
  const lasted = state.left_at ? ` · ${took(state.entered_at, state.left_at)}` : "";
  const round = ["Choice", "Succeed", "Fail"].includes(state.type) ? 20 : 5;
  return s("g", { class: `state is-${state.progress}`, "data-state": state.name, onclick: (event) => select(state.name, event) },
    s("title", {}, `${sentence(state)}. ${state.comment}`),
    s("rect", { x: box.x, y: box.y, width: box.w, height: box.h, rx: round }),
    s("text", { class: "name", x: box.x + 12, y: box.y + 18 }, state.name),
    s("text", { class: "progress", x: box.x + 12, y: box.y + 34 }, `${icon} ${text}${repeated}${lasted}`));
}
