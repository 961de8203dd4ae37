// The state machine of one execution, drawn from its deployed definition.

import { h, s } from "./dom.js";
import { PROGRESS } from "./words.js";

const [WIDTH, HEIGHT, GAP_X, GAP_Y, PAD] = [212, 34, 24, 26, 16];
const LANES = { main: 0, compensation: 1 };

/** A picture for eyes, and the same as a list for everybody else. */
export function diagram({ start_at: start, states }) {
  if (!states.length) return h("p", { class: "quiet" }, "The execution has not begun yet.");
  const boxes = placed(start, states);
  const reached = new Set(states.filter((one) => one.visits).map((one) => one.name));
  const width = Math.max(...boxes.values().map((box) => box.x + box.w)) + PAD + 40;
  const height = Math.max(...boxes.values().map((box) => box.y + box.h)) + PAD;
  const picture = s("svg", { viewBox: `0 0 ${width} ${height}`, class: "diagram", role: "img",
    "aria-label": "The state machine; the list below says the same." },
  s("defs", {}, s("marker", { id: "tip", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 6, markerHeight: 6, orient: "auto" },
    s("path", { d: "M0 0 L8 4 L0 8 z", class: "tip" }))),
  ...states.filter((one) => !one.inside).flatMap((one) => one.ways.map((way) => edge(one, way, boxes, reached))),
  ...states.map((one) => node(one, boxes.get(one.name))));
  const visited = states.filter((one) => one.visits);
  return h("div", {}, h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "State machine" }, picture),
    h("p", { class: "legend" }, ...Object.entries(PROGRESS).map(([name, [icon, text]]) =>
      h("span", { class: `is-${name}` }, `${icon} ${text}`))),
    h("details", {}, h("summary", {}, "As a list"), h("ol", {}, ...visited.map((one) =>
      h("li", {}, `${one.name}: ${PROGRESS[one.progress][1]}${one.error ? ` (${one.error})` : ""}`)))));
}

/** A box for every state: ranks from top to bottom, one lane each for going on and for undoing. */
function placed(start, states) {
  const outer = new Map(states.filter((one) => !one.inside).map((one) => [one.name, one]));
  const rank = ranks(start, outer);
  const lanes = new Map();
  for (const one of outer.values()) {
    const key = `${rank.get(one.name)}/${lane(one)}`;
    lanes.set(key, [...(lanes.get(key) ?? []), one]);
  }
  const boxes = new Map();
  const widest = (name) => Math.max(1, ...[...lanes].filter(([key]) => key.endsWith(`/${name}`)).map(([, found]) => found.length));
  const laneX = { main: PAD + 30, compensation: PAD + 30 + Math.max(widest("main"), insideCount(states)) * (WIDTH + GAP_X) };
  let y = PAD;
  for (let row = 0; row <= Math.max(...rank.values()); row += 1) {
    let tallest = 0;
    for (const name of Object.keys(LANES)) {
      (lanes.get(`${row}/${name}`) ?? []).forEach((one, index) => {
        const inner = states.filter((other) => other.inside === one.name);
        const box = { x: laneX[name] + index * (WIDTH + GAP_X), y, w: WIDTH, h: HEIGHT };
        if (inner.length) Object.assign(box, contained(inner, box, boxes));
        boxes.set(one.name, box);
        tallest = Math.max(tallest, box.h);
      });
    }
    y += tallest ? tallest + GAP_Y : 0;
  }
  return boxes;
}

const lane = (state) =>
  state.category === "compensation" || ["SendCancellationEmail", "OrderCancelled", "OrderFailed"].includes(state.name)
    ? "compensation" : "main";
const insideCount = (states) => Math.max(1, ...Object.values(Object.groupBy(states.filter((one) => one.inside),
  (one) => one.inside)).map((found) => found.filter((one) => one.type === "Task").length));

/** Boxes of a Parallel state's own states, under its name. */
function contained(inner, box, boxes) {
  const columns = inner.filter((one) => one.type === "Task");
  columns.forEach((one, index) => boxes.set(one.name, { x: box.x + 8 + index * (WIDTH - 6), y: box.y + HEIGHT, w: WIDTH - 14, h: HEIGHT }));
  inner.filter((one) => one.type !== "Task").forEach((one) =>
    boxes.set(one.name, { x: box.x + 8 + (columns.length - 1) * (WIDTH - 6), y: box.y + 2 * HEIGHT + 8, w: WIDTH - 14, h: HEIGHT - 6 }));
  return { w: 10 + columns.length * (WIDTH - 6), h: (inner.length > columns.length ? 3 : 2) * HEIGHT + 14 };
}

/** The longest way from the start, without going back and without what only errors take. */
function ranks(start, states) {
  const rank = new Map();
  const visit = (name, depth, path) => {
    if (path.has(name) || (rank.get(name) ?? -1) >= depth) return;
    rank.set(name, depth);
    for (const way of states.get(name).ways.filter((one) => one.kind !== "catch")) {
      visit(way.to, depth + 1, new Set([...path, name]));
    }
  };
  visit(start, 0, new Set());
  for (const [name, state] of states) {
    for (const way of state.ways) if (!rank.has(way.to)) rank.set(way.to, (rank.get(name) ?? 0) + 1);
  }
  return rank;
}

/** The history names no ways: one is taken to be gone if both its ends were reached. */
function edge(from, way, boxes, reached) {
  const [a, b] = [boxes.get(from.name), boxes.get(way.to)];
  const both = reached.has(from.name) && reached.has(way.to);
  const taken = both && (way.kind !== "catch" || from.error) ? " taken" : "";
  return s("path", { d: line(a, b), class: `way ${way.kind}${taken}`, "marker-end": "url(#tip)" });
}

/** Down the middle to the next row; round the outside to a row above; sideways to another lane. */
function line(a, b) {
  const [ax, ay, bx, by] = [a.x + Math.min(a.w, WIDTH) / 2, a.y + a.h, b.x + Math.min(b.w, WIDTH) / 2, b.y];
  if (b.y <= a.y) {
    const out = Math.min(a.x, b.x) - 16;
    return `M${a.x} ${a.y + a.h / 2} C${out - 10} ${a.y + a.h / 2} ${out - 10} ${b.y + b.h / 2} ${b.x} ${b.y + b.h / 2}`;
  }
  if (Math.abs(ax - bx) > WIDTH / 2) {
    return `M${a.x + a.w} ${a.y + a.h / 2} C${a.x + a.w + 40} ${a.y + a.h / 2} ${bx} ${by - 50} ${bx} ${by}`;
  }
  return `M${ax} ${ay} C${ax} ${ay + 12} ${bx} ${by - 12} ${bx} ${by}`;
}

function node(state, box) {
  const [icon, text] = PROGRESS[state.progress];
  const title = `${state.name}: ${text}${state.error ? ` (${state.error})` : ""}. ${state.comment}`;
  const times = state.visits > 1 ? ` ×${state.visits}` : "";
  const round = ["Choice", "Succeed", "Fail"].includes(state.type) ? box.h / 2 : 5;
  return s("g", { class: `state is-${state.progress}` }, s("title", {}, title),
    s("rect", { x: box.x, y: box.y, width: box.w, height: box.h, rx: round }),
    s("text", { x: box.x + 10, y: box.y + 22 }, `${icon} ${state.name}${times}`));
}
