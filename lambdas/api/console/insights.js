// Insights: what became of the newest orders, and what is stuck.

import { all, get, post } from "./api.js";
import { h, show, update } from "./dom.js";
import { once } from "./forms.js";
import { STAGES, age, clock, passed } from "./words.js";
import { now } from "./clock.js";

const PAGES = 5;
const PATIENCE_MS = 5 * 60_000; // no step takes that long, with all its repetitions
const ELSEWHERE = ["compensating", "completed", "cancelled", "failed"]; // stages that are listed otherwise, or ends
const WRONG = ["compensation-stuck", "infrastructure", "defect", "compensated", "unknown"];
const GROUPS = [
  { title: "What went wrong", verdicts: WRONG,
    text: "A service failed or the execution was stopped (infrastructure), nobody foresaw the error (defect), the order was "
      + "taken over and undone (compensated), or it could not be undone yet (compensation-stuck)." },
  { title: "Ended as told, without being completed", verdicts: ["rejected", "expired", "cancelled"],
    text: "A rule or a person said no: no stock or no payment (rejected), no approval in time (expired), or a cancel. The "
      + "workflow did what it should." },
  { title: "Completed", verdicts: ["completed"], text: "The order was fulfilled.", closed: true },
  { title: "Under way", verdicts: ["running"], text: "Nothing can be said of them yet.", closed: true },
];

export function insights(page) {
  const { main, tell, fail, calm } = page;
  const verdicts = h("section", { class: "card" }, h("p", { class: "quiet" }, "Reading histories…"));
  const hanging = h("section", { class: "card" }, h("p", { class: "quiet" }, "Loading…"));
  const stuck = h("section", { class: "card" }, h("p", { class: "quiet" }, "Loading…"));

  async function look() {
    update(stuck, ...stuckOrders(await all("/orders?stage=compensating&limit=100", "orders")));
    update(hanging, ...hangingOrders(await open()));
    update(verdicts, ...charts(await judged()));
  }

  async function retry(id) {
    try {
      await post(`/ops/orders/${id}/compensate`);
      await look();
      tell(`${id}: a new execution tries again.`);
    } catch (problem) {
      fail(problem);
    }
  }

  const stuckOrders = ({ found, more }) => [h("h2", {}, "Compensating"), more && tooMany(found),
    found.length ? null : h("p", { class: "quiet" }, "Nothing is being compensated."),
    ...found.map((one) => {
      const effects = Object.entries(one.ledger).filter(([, effect]) => effect.stuck).map(([name]) => name);
      return h("div", { class: "row", "data-key": one.order_id },
        h("a", { href: `#/orders/${one.order_id}`, class: "id" }, one.order_id),
        h("span", { class: effects.length ? "stuck" : "" }, effects.length
          ? `⚠ stuck: ${effects.join(", ")}, for ${age(one.updated_at)}` : `under way for ${age(one.updated_at)}`),
        h("button", { onclick: ({ currentTarget }) => once(currentTarget, () => retry(one.order_id)) }, "Compensate again"));
    })];

  const again = ({ currentTarget }) => once(currentTarget, () => look().then(calm, fail));
  show(main, h("div", { class: "title" }, h("h1", {}, "Insights"), h("button", { onclick: again }, "Look again")), verdicts, stuck, hanging);
  look().catch(fail);
}

const tooMany = (found) => h("p", { class: "stuck" }, `There are more: only the newest ${found.length} were looked at.`);

/** The orders that a workflow should be working on, or wait for an approval with. */
async function open() {
  const { stages } = await get("/stages");
  const read = await Promise.all(stages.filter((one) => one.orders && !ELSEWHERE.includes(one.stage))
    .map((one) => all(`/orders?stage=${one.stage}&limit=100`, "orders")));
  return { found: read.flatMap((one) => one.found), more: read.some((one) => one.more) };
}

/** Waiting may take its time, up to the deadline. */
const hangs = (one) => (one.stage === "awaiting-approval" && one.approval_deadline
  ? passed(one.approval_deadline) : now() - Date.parse(one.updated_at) > PATIENCE_MS);

function hangingOrders({ found, more }) {
  const wrong = found.filter(hangs);
  return [h("h2", {}, "Hanging"), more && tooMany(found),
    wrong.length ? null : h("p", { class: "quiet" }, "No open order hangs."),
    ...wrong.map((one) => h("div", { class: "row", "data-key": one.order_id },
      h("a", { href: `#/orders/${one.order_id}`, class: "id" }, one.order_id),
      h("span", { class: "stuck" }, `⚠ ${STAGES[one.stage]} ${one.stage}, `,
        one.stage === "awaiting-approval" && one.approval_deadline
          ? `its deadline passed ${age(one.approval_deadline)} ago` : `unchanged for ${age(one.updated_at)}`)))];
}

/** The newest orders' verdicts, and those on the executions that they were taken over from. */
async function judged() {
  const { found, more } = await all("/ops/verdicts?limit=20", "verdicts", PAGES);
  const earlier = await Promise.all(found.filter((one) => one.epoch > 1).map(async ({ order_id: id, epoch, stage }) => {
    const { executions } = await get(`/orders/${id}/history`);
    return executions.filter((one) => one.epoch < epoch).map((one) => ({ ...one, order_id: id, stage, of: epoch }));
  }));
  const newest = found.map((one) => ({ ...one, of: one.epoch }));
  return { orders: found.length, more, executions: newest.flatMap((one) => [
    one, ...earlier.flat().filter((other) => other.order_id === one.order_id).sort((a, b) => b.epoch - a.epoch)]) };
}

function charts({ orders, more, executions }) {
  const counts = Object.entries(Object.groupBy(executions, (one) => one.verdict))
    .map(([name, list]) => [name, list.length]).sort((a, b) => b[1] - a[1]);
  const share = ([name, count]) => h("div", { class: `bar ${WRONG.includes(name) ? "bad" : ""}`, "data-key": name },
    h("button", { class: "plain", onclick: () => lead(name) }, name),
    h("meter", { min: 0, max: executions.length, value: count, "aria-label": `${name} of all` }), h("span", {}, String(count)));
  return [h("h2", {}, `What became of ${more ? "the newest " : ""}${numbered(orders, "order")}`),
    executions.length ? h("p", { class: "quiet" }, `Counted are executions, each judged by its own history: ${numbered(executions.length, "execution")}`
      + ` of ${numbered(orders, "order")}. An order that was taken over has more than one.`) : h("p", { class: "quiet" }, "There is no order yet."),
    ...counts.map(share), ...GROUPS.flatMap((one) => group(one, executions))];
}

/** The executions of some verdicts, each with a link to its order; long lists are closed at first. */
function group({ title, text, verdicts, closed }, executions) {
  const found = executions.filter((one) => verdicts.includes(one.verdict));
  if (closed && !found.length) return [];
  const rows = h("ul", { class: "verdicts" }, ...found.map(row));
  return [h("h2", { "data-key": title }, `${title}: ${found.length}`), h("p", { class: "quiet", "data-key": `what ${title}` }, text),
    found.length > 0 && (closed ? h("details", { "data-key": `all ${title}` }, h("summary", {}, `Show ${numbered(found.length, "execution")}`), rows)
      : h("div", { "data-key": `all ${title}` }, rows))];
}

const row = (one) => h("li", { "data-key": `${one.order_id} ${one.epoch}`, "data-verdict": one.verdict },
  h("a", { href: `#/orders/${one.order_id}`, class: "id" }, one.order_id),
  ` ${one.verdict}: ${one.reason}; ${one.of > 1 ? `execution ${one.epoch} of ${one.of}, ` : ""}${clock(one.started_at)}`);

/** From a bar to the first order behind it. */
function lead(verdict) {
  const first = document.querySelector(`[data-verdict="${verdict}"]`);
  const closed = first.closest("details");
  if (closed) closed.open = true;
  first.querySelector("a").focus();
}

const numbered = (count, what) => `${count} ${what}${count === 1 ? "" : "s"}`;
