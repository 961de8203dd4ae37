// Desk: what waits for approval, the oldest first, one order at a time.

import { get, post } from "./api.js";
import { h, show } from "./dom.js";
import { live } from "./live.js";
import { age, left, money, outcome } from "./words.js";

const HEARTBEAT_MS = 60_000; // the API passes on at most one a minute and order

export function desk({ main, tell, fail }) {
  let waiting = [];
  let current = null; // the order under the approver's eyes, as they saw it
  let newer = null; // the same order, changed since
  let lastBeat = 0;
  const queue = h("ol", { class: "queue", "aria-label": "Waiting, oldest first" });
  const sheet = h("section", { class: "card", "aria-label": "Order to decide", tabindex: "-1" });

  async function look() {
    const page = await get("/orders?stage=awaiting-approval&limit=100");
    waiting = page.orders.filter((one) => one.allowed_signals.includes("approve-payment")).toReversed();
    if (current) await compare();
    else if (waiting.length) choose(waiting[0]);
    draw();
    await beat();
  }

  /** What changed under the approver's eyes is shown before they can approve. */
  async function compare() {
    const now = await get(`/orders/${current.order_id}`);
    if (!now.allowed_signals.includes("approve-payment")) {
      tell(`Order ${now.order_id} needs no decision any more: it is ${now.stage}.`);
      current = newer = null;
      if (waiting.length) choose(waiting[0]);
    } else if (now.revision !== current.revision) newer = now;
  }

  function choose(one) {
    [current, newer, lastBeat] = [one, null, 0];
    draw();
    beat().catch(fail);
  }

  /** Tell the workflow that a person is looking: its tick and its reminders hold back. */
  async function beat() {
    if (!current || document.hidden || Date.now() - lastBeat < HEARTBEAT_MS) return;
    lastBeat = Date.now();
    await post(`/orders/${current.order_id}/heartbeat`);
  }

  function draw() {
    show(queue, ...waiting.map((one) => h("li", {}, h("button", {
      "aria-current": one.order_id === current?.order_id ? "true" : null, onclick: () => choose(one),
    }, h("span", {}, money(one.total)), ` ${one.customer_id}, ${age(one.created_at)} old, ${left(one.approval_deadline)} left`))));
    if (!waiting.length) show(queue, h("li", { class: "quiet" }, "Nothing waits for approval."));
    if (!sheet.contains(document.activeElement) || newer) show(sheet, ...(current ? decision() : []));
  }

  const decision = () => [
    h("h2", {}, h("a", { href: `#/orders/${current.order_id}`, class: "id" }, current.order_id)),
    newer && h("div", { class: "changed", role: "alert" },
      h("p", {}, `The lines changed: revision ${newer.revision} now, ${money(newer.total)} instead of ${money(current.total)}.`),
      h("button", { onclick: () => { current = newer; newer = null; draw(); } }, "Show the new lines")),
    h("p", {}, `${current.customer_id}${current.enrichment.customer_tier ? ` (${current.enrichment.customer_tier})` : ""}, revision ${current.revision}`),
    h("ul", {}, ...current.items.map((one) => h("li", {},
      `${one.quantity} × ${one.sku} at ${money({ ...current.total, amount_minor: one.unit_price_minor })}`))),
    h("p", { class: "big" }, money(current.total)),
    h("div", { class: "row" },
      h("button", { class: "primary", disabled: newer != null, onclick: approve }, "Approve (a)"),
      h("button", { onclick: skip }, "Next (n)"))].filter(Boolean);

  async function approve() {
    if (!current || newer) return;
    const { order_id: id, revision } = current;
    try {
      const told = await post(`/orders/${id}/signals/approve-payment`, { revision });
      if (told.outcome && told.outcome !== "applied") throw new Error(`${id}: ${outcome(told.outcome)}.`);
      tell(`Approved ${id}: ${outcome(told.outcome)}.`);
      waiting = waiting.filter((one) => one.order_id !== id);
      current = null;
      document.activeElement?.blur();
    } catch (problem) {
      fail(problem);
    }
    await watch.now();
  }

  function skip() {
    const index = waiting.findIndex((one) => one.order_id === current?.order_id);
    if (waiting.length) choose(waiting[(index + 1) % waiting.length]);
    document.activeElement?.blur();
    draw();
  }

  function key(event) {
    if (event.target.matches("input, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "a") approve();
    if (event.key === "n" || event.key === "ArrowDown") { event.preventDefault(); skip(); }
  }

  document.addEventListener("keydown", key);
  show(main, h("h1", {}, "Desk"), h("p", { class: "quiet" }, "Keys: a approves, n goes on to the next."),
    h("div", { class: "columns" }, queue, sheet));
  const watch = live(look, fail);
  return () => {
    document.removeEventListener("keydown", key);
    watch.end();
  };
}
