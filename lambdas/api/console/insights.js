// Insights: what became of the newest orders, and what is stuck.

import { all, get, post } from "./api.js";
import { h, show, update } from "./dom.js";
import { once } from "./forms.js";
import { STAGES, age, clock, passed } from "./words.js";

const PAGES = 5;
const PATIENCE_MS = 5 * 60_000; // no step takes that long, with all its repetitions
const ELSEWHERE = ["compensating", "completed", "cancelled", "failed"]; // stages that are listed otherwise, or ends
const BAD = ["compensation-stuck", "infrastructure", "defect"];

export function insights(page) {
  const { main, tell, fail, calm } = page;
  const verdicts = h("section", { class: "card" }, h("p", { class: "quiet" }, "Reading histories…"));
  const hanging = h("section", { class: "card" }, h("p", { class: "quiet" }, "Loading…"));
  const stuck = h("section", { class: "card" }, h("p", { class: "quiet" }, "Loading…"));

  async function look() {
    update(stuck, ...stuckOrders(await all("/orders?stage=compensating&limit=100", "orders")));
    update(hanging, ...hangingOrders(await open()));
    update(verdicts, ...charts((await all("/ops/verdicts?limit=20", "verdicts", PAGES)).found));
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
  ? passed(one.approval_deadline) : Date.now() - Date.parse(one.updated_at) > PATIENCE_MS);

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

function charts(found) {
  const counts = Object.entries(Object.groupBy(found, (one) => one.verdict))
    .map(([name, list]) => [name, list.length]).sort((a, b) => b[1] - a[1]);
  return [h("h2", {}, `What became of the newest ${found.length} orders`),
    found.length ? null : h("p", { class: "quiet" }, "There is no order yet."),
    ...counts.map(([name, count]) => h("div", { class: `bar ${BAD.includes(name) ? "bad" : ""}`, "data-key": name },
      h("span", {}, name), h("meter", { min: 0, max: found.length, value: count, "aria-label": `${name} of all` }), h("span", {}, String(count)))),
    h("h2", {}, "What went wrong"),
    ...problems(found)];
}

function problems(found) {
  const wrong = found.filter((one) => BAD.includes(one.verdict));
  if (!wrong.length) return [h("p", { class: "quiet" }, "Nothing did.")];
  return [h("ul", {}, ...wrong.map((one) => h("li", { "data-key": one.order_id },
    h("a", { href: `#/orders/${one.order_id}`, class: "id" }, one.order_id),
    ` ${one.verdict}: ${one.reason} (${clock(one.started_at)})`)))];
}
