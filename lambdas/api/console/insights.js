// Insights: what became of the newest orders, and what is stuck.

import { get, post } from "./api.js";
import { h, show, update } from "./dom.js";
import { once } from "./forms.js";
import { age, clock } from "./words.js";

const PAGES = 5;
const BAD = ["compensation-stuck", "infrastructure", "defect"];

export function insights(page) {
  const { main, tell, fail, calm } = page;
  const verdicts = h("section", { class: "card" }, h("p", { class: "quiet" }, "Reading histories…"));
  const stuck = h("section", { class: "card" }, h("p", { class: "quiet" }, "Loading…"));

  async function look() {
    const found = await get("/orders?stage=compensating&limit=100");
    update(stuck, ...stuckOrders(found.orders));
    update(verdicts, ...charts(await newest()));
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

  const stuckOrders = (found) => [h("h2", {}, "Compensating"),
    found.length ? null : h("p", { class: "quiet" }, "Nothing is being compensated, nothing is stuck."),
    ...found.map((one) => {
      const effects = Object.entries(one.ledger).filter(([, effect]) => effect.stuck).map(([name]) => name);
      return h("div", { class: "row", "data-key": one.order_id },
        h("a", { href: `#/orders/${one.order_id}`, class: "id" }, one.order_id),
        h("span", { class: effects.length ? "stuck" : "" }, effects.length
          ? `⚠ stuck: ${effects.join(", ")}, for ${age(one.updated_at)}` : `under way for ${age(one.updated_at)}`),
        h("button", { onclick: ({ currentTarget }) => once(currentTarget, () => retry(one.order_id)) }, "Compensate again"));
    })];

  const again = ({ currentTarget }) => once(currentTarget, () => look().then(calm, fail));
  show(main, h("div", { class: "title" }, h("h1", {}, "Insights"), h("button", { onclick: again }, "Look again")), verdicts, stuck);
  look().catch(fail);
}

/** The verdicts on the newest orders, read page by page. */
async function newest() {
  const found = [];
  let cursor = "";
  for (let page = 0; page < PAGES && cursor !== null; page += 1) {
    const told = await get(`/ops/verdicts?limit=20${cursor && `&cursor=${cursor}`}`);
    found.push(...told.verdicts);
    cursor = told.next_cursor;
  }
  return found;
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
  return [h("ul", {}, ...wrong.map((one) => h("li", {},
    h("a", { href: `#/orders/${one.order_id}`, class: "id" }, one.order_id),
    ` ${one.verdict}: ${one.reason} (${clock(one.started_at)})`)))];
}
