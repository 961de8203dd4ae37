// Draws the state machine of one execution from its deployed definition.

import { h, s } from "./dom.js";
import { PAD, bottom, placed } from "./layout.js";
import { PROGRESS, UNDOABLE } from "./words.js";
import { drawnTransitions } from "./transitions.js";

/** A diagram, and the same content as a list for screen readers. `ledger` has the compensated effects. */
export function diagram({ start_at: start, states }, ledger) {
  if (!states.length) return h("p", { class: "quiet" }, "The execution has not started yet.");
  const shown = states.map((one) => ({ ...one, progress: progress(one, ledger) }));
  const boxes = placed(start, shown);
  const width = Math.max(...[...boxes.values()].map((box) => box.x + box.w)) + PAD;
  const height = Math.max(...[...boxes.values()].map(bottom)) + PAD;
  const picture = s("svg", { viewBox: `0 0 ${width} ${height}`, class: "diagram", role: "img",
    "aria-label": "The state machine. The list below has the same content." }, tips(),
  ...drawnTransitions(shown, boxes).flatMap(edge), ...shown.map((one) => node(one, boxes.get(one.name))));
  return h("div", {}, h("p", { class: "quiet hint" }, "Scroll the diagram to see the rest →"),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "State machine" }, picture),
    h("p", { class: "legend" }, ...Object.entries(PROGRESS).map(([name, [icon, text]]) =>
      h("span", { class: `is-${name}` }, `${icon} ${text}`))),
    h("p", { class: "quiet" }, "The failure of any step leads to the compensation. These transitions are drawn only when they were taken."),
    h("details", {}, h("summary", {}, "As a list"), h("ol", {},
      ...shown.filter((one) => one.entries).sort(byEntry).map((one) => h("li", {}, sentence(one))))));
}

/** The progress of a state: `compensated` if the ledger has its effect as undone. */
const progress = (state, ledger) =>
  state.progress === "succeeded" && ledger[UNDOABLE[state.name]]?.state === "undone" ? "compensated" : state.progress;

const byEntry = (a, b) => Date.parse(a.entered_at) - Date.parse(b.entered_at);

const sentence = (state) => `${state.name}: ${PROGRESS[state.progress][1]}${state.error ? ` (${state.error})` : ""}`
  + (state.entries > 1 ? `, ${state.entries} times` : "");

const tips = () => s("defs", {}, ...["", "-taken"].map((kind) => s("marker",
  { id: `tip${kind}`, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" },
  s("path", { d: "M0 0 L8 4 L0 8 z", class: `tip${kind}` }))));

const edge = ({ from, to, kind, taken, path, label }) => [s("path", { d: path, "data-transition": `${from} ${to}`,
  class: `transition ${kind}${taken ? " taken" : ""}`, "marker-end": `url(#tip${taken ? "-taken" : ""})` }),
label && s("text", { class: "decision", x: label.x, y: label.y, "text-anchor": label.anchor }, label.text)];

function node(state, box) {
  const [icon, text] = PROGRESS[state.progress];
  const times = state.entries > 1 ? ` ×${state.entries}` : "";
  const round = ["Choice", "Succeed", "Fail"].includes(state.type) ? 20 : 5;
  return s("g", { class: `state is-${state.progress}`, "data-state": state.name },
    s("title", {}, `${sentence(state)}. ${state.comment}`),
    s("rect", { x: box.x, y: box.y, width: box.w, height: box.h, rx: round }),
    s("text", { class: "name", x: box.x + 12, y: box.y + 18 }, state.name),
    s("text", { class: "progress", x: box.x + 12, y: box.y + 34 }, `${icon} ${text}${times}`));
}
