// The transitions between states: which are drawn, which were taken, and their lines.

import { GAP, GUTTER, HEIGHT, bottom } from "./layout.js";
import { TRANSITION_NAMES } from "./words.js";

const UNFINISHED = ["running", "failed", "aborted"]; // states that did not exit

/** `{from, to, kind, taken, path, label}` of every transition to draw. */
export function drawnTransitions(states, boxes) {
  const outer = states.filter((one) => !one.inside);
  return outer.flatMap((from) => from.transitions
    .filter((one, index) => from.transitions.findIndex((other) => other.to === one.to) === index)
    .map((one) => ({ ...one, from: from.name, taken: taken(from, one, outer) }))
    .filter((one) => one.taken || one.kind !== "catch" || boxes.get(one.to).column !== 2 || boxes.get(from.name).column === 2)
    .map((one) => ({ ...one, path: path(boxes.get(one.from), boxes.get(one.to), boxes),
      label: label(TRANSITION_NAMES[`${one.from} ${one.to}`], boxes.get(one.from), boxes.get(one.to), boxes) })));
}

/** Whether a transition was taken. The history has only the last entry and exit of each state. A
 * transition was taken if it is the only one to or from a state, if its target was entered next, or
 * if it leads back in a loop. */
function taken(from, transition, outer) {
  const to = outer.find((one) => one.name === transition.to);
  if (!from.entries || !to.entries || (transition.kind === "catch" && from.progress !== "caught")) return false;
  if (transition.kind === "next" && ["succeeded", "compensated"].includes(from.progress)) return true;
  const origins = outer.filter((one) => one.entries && one.transitions.some((other) => other.to === to.name));
  if (origins.length === 1) return true;
  // A state that was entered again has no exit yet: it led to the target if no other state did.
  if (UNFINISHED.includes(from.progress)) return from.entries > 1 && !origins.some((one) => one !== from && precedes(one, to, outer));
  if (Date.parse(to.entered_at) < Date.parse(from.left_at)) return to.entries > 1 && from.entries > 1;
  return precedes(from, to, outer);
}

/** Whether no other state was entered between the exit of one state and the entry of the next. */
function precedes(from, to, outer) {
  const [left, entered] = [Date.parse(from.left_at), Date.parse(to.entered_at)];
  return entered >= left && !outer.some((one) => one !== from && one !== to && one.entries
    && Date.parse(one.entered_at) >= left && Date.parse(one.entered_at) < entered);
}

/** A line straight down to the next box, around other boxes of the column, or through the gutter. */
function path(a, b, boxes) {
  const middle = a.x + a.w / 2;
  if (a.column === b.column && b.y > a.y && !between(a, b, boxes)) {
    return `M${middle} ${bottom(a)} V${b.y}`;
  }
  if (a.column === b.column) {
    const [side, out] = b.y > a.y ? [a.x + a.w, GUTTER / 2 - 6] : [a.x, -GAP];
    return `M${side} ${a.y + HEIGHT / 2} H${side + out} V${b.y + HEIGHT / 2} H${side}`;
  }
  return across(a, b, boxes);
}

/** The position of a label: beside a straight line, below a line that leads back, or below the arrow
 * in the gutter. */
function label(text, a, b, boxes) {
  if (!text) return null;
  if (a.column !== b.column) {
    const right = b.column > a.column;
    return { text, x: right ? b.x - 3 : b.x + b.w + 3, y: b.y + HEIGHT * 0.65 + 13, anchor: right ? "end" : "start" };
  }
  if (b.y > a.y && !between(a, b, boxes)) return { text, x: a.x + a.w / 2 + 8, y: b.y - 6, anchor: "start" };
  return { text, x: a.x - 1, y: a.y + HEIGHT / 2 + 13, anchor: "end" };
}

const between = (a, b, boxes) => [...boxes.values()].some((one) =>
  one.column === a.column && one.y > a.y && one.y < b.y);

/** A line to another column: through the gutter before that column to the side of the box, and below
 * any box in between. Lines leave in the upper half of a box and arrive in the lower half, so that two
 * lines between the same boxes do not overlap. */
function across(a, b, boxes) {
  const right = b.column > a.column;
  const [from, to, sign] = right ? [a.x + a.w, b.x, 1] : [a.x, b.x + b.w, -1];
  const turn = to - sign * (GUTTER / 2 + 4);
  const [start, end] = [a.y + HEIGHT * 0.35, b.y + HEIGHT * 0.65];
  const blocked = [...boxes.values()].some((one) => (one.column - a.column) * (one.column - b.column) < 0
    && one.y <= start && bottom(one) >= start);
  const lane = blocked ? bottom(a) + GAP / 2 : start;
  return `M${from} ${start} H${from + sign * 10} V${lane} H${turn} V${end} H${to}`;
}
