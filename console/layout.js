// The layout of a state machine: three columns, each state below its predecessors. Column 0 is the
// path of a successful order, column 2 the compensation and its successors, column 1 the rest.

export const [WIDTH, HEIGHT, GAP, GUTTER, PAD] = [216, 42, 20, 44, 24];

/** `{x, y, w, h, column}` of every state, by name. */
export function placed(start, states) {
  const outer = new Map(states.filter((one) => !one.inside).map((one) => [one.name, one]));
  const [rank, column] = [ranks(start, outer), columns(start, outer)];
  const boxes = new Map();
  const bottoms = [PAD - GAP, PAD - GAP, PAD - GAP];
  for (const one of [...outer.values()].sort((a, b) => rank.get(a.name) - rank.get(b.name))) {
    const at = column.get(one.name);
    const y = Math.max(bottoms[at] + GAP, ...leading(one, outer, rank).filter((other) => column.get(other.name) <= at)
      .map((other) => level(other, one, boxes.get(other.name))));
    const box = { x: PAD + at * (WIDTH + GUTTER), y, w: WIDTH, h: HEIGHT, column: at };
    boxes.set(one.name, box);
    contain(states.filter((other) => other.inside === one.name), box, boxes);
    bottoms[at] = bottom(box);
  }
  return boxes;
}

const leading = (one, outer, rank) => [...outer.values()].filter((other) =>
  rank.get(other.name) < rank.get(one.name) && other.transitions.some((next) => next.to === one.name));

/** A successor is below its state. A state that only failures lead to is beside it. */
const level = (from, to, box) =>
  from.transitions.every((one) => one.to !== to.name || one.kind === "catch") ? box.y : bottom(box) + GAP;

export const bottom = (box) => box.y + box.h;

/** Place the states inside a Parallel state, one below the other under its name. */
function contain(inner, box, boxes) {
  for (const one of inner) {
    boxes.set(one.name, { x: box.x + 7, y: bottom(box), w: box.w - 14, h: HEIGHT });
    box.h += HEIGHT + 6;
  }
}

function columns(start, outer) {
  const success = successPath(start, outer);
  const undoing = new Set();
  const follow = (name) => {
    if (success.has(name) || undoing.has(name)) return;
    undoing.add(name);
    outer.get(name).transitions.forEach((one) => follow(one.to));
  };
  [...outer.values()].filter(compensates).forEach((one) => follow(one.name));
  return new Map([...outer.keys()].map((name) => [name, success.has(name) ? 0 : undoing.has(name) ? 2 : 1]));
}

const compensates = (state) => state.category === "compensation";

const LIKELIEST = ["default", "next", "choice", "catch"];

/** The first path from the start to an end without compensation and without loops. */
function successPath(start, outer) {
  const on = (name, before) => {
    const path = [...before, name];
    const { transitions, ends } = outer.get(name);
    const found = transitions.filter((one) => !path.includes(one.to) && !compensates(outer.get(one.to)))
      .sort((a, b) => LIKELIEST.indexOf(a.kind) - LIKELIEST.indexOf(b.kind))
      .map((one) => one.to).reduce((whole, next) => whole ?? on(next, path), null);
    return found ?? (ends ? path : null);
  };
  return new Set(on(start, []) ?? [start]);
}

/** The length of the longest path from the start to each state, without loops and Catch transitions. */
function ranks(start, outer) {
  const rank = new Map();
  const visit = (name, depth, path) => {
    if (path.has(name) || (rank.get(name) ?? -1) >= depth) return;
    rank.set(name, depth);
    for (const next of outer.get(name).transitions.filter((one) => one.kind !== "catch")) {
      visit(next.to, depth + 1, new Set([...path, name]));
    }
  };
  visit(start, 0, new Set());
  for (const [name, state] of outer) {
    for (const next of state.transitions) if (!rank.has(next.to)) rank.set(next.to, (rank.get(name) ?? 0) + 1);
  }
  return rank;
}
