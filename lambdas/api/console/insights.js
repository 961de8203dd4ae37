// Insights: what became of the newest orders, and what is stuck.

import { get, post } from "./api.js";
import { h, show } from "./dom.js";
import { age, clock } from "./words.js";

const PAGES = 5;
const BAD = ["compensation-stuck", "infrastructure", "defect"];

export function insights({ main, tell, fail }) {
  const verdicts = h("section", { class: "card" }, h("p", { class: "quiet" }, "Reading histories…"));
  const stuck = h("section", { class: "card" }, h("p", { class: "quiet" }, "Loading…"));

  async function look() {
    show(verdicts, ...charts(await newest()));
    const found = await get("/orders?stage=compensating&limit=100");
    show(stuck, ...stuckOrders(found.orders));
  }

  async function retry(id, button) {
    button.disabled = true;
    try {
      await post(`/ops/orders/${id}/compensate`);
      tell(`${id}: a new execution tries again.`);
    } catch (problem) {
      fail(problem);
    }
    await look().catch(fail);
  }

  const stuckOrders = (found) => [h("h2", {}, "Compensating"),
    found.length ? null : h("p", { class: "quiet" }, "Nothing is being compensated, nothing is stuck."),
    ...found.map((one) => {
      const effects = Object.entries(one.ledger).filter(([, effect]) => effect.stuck).map(([name]) => name);
      const button = h("button", { onclick: () => retry(one.order_id, button) }, "Compensate again");
      return h("div", { class: "row" }, h("a", { href: `#/orders/${one.order_id}`, class: "id" }, one.order_id),
        h("span", { class: effects.length ? "stuck" : "" }, effects.length
          ? `⚠ stuck: ${effects.join(", ")}, for ${age(one.updated_at)}` : `under way for ${age(one.updated_at)}`), button);
    })];

  show(main, h("h1", {}, "Insights"), h("button", { onclick: () => look().catch(fail) }, "Look again"), verdicts, stuck);
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
  const most = Math.max(1, ...counts.map(([, count]) => count));
  return [h("h2", {}, `What became of the newest ${found.length} orders`),
    found.length ? null : h("p", { class: "quiet" }, "There is no order yet."),
    ...counts.map(([name, count]) => h("div", { class: `bar ${BAD.includes(name) ? "bad" : ""}` },
      h("span", {}, name), h("meter", { min: 0, max: most, value: count, "aria-label": name }), h("span", {}, String(count)))),
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
