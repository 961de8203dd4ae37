// Insights: the verdicts on the newest orders, and the orders that are stuck.

import { address, addressOf } from "./address.js";
import { all, get, post } from "./api.js";
import { h, show, update } from "./dom.js";
import { once } from "./forms.js";
import { age, clock, duration, passed, stageText } from "./words.js";
import { PERIODS, isWithin, now } from "./clock.js";

const PAGES = 5;
const PATIENCE_MS = 5 * 60_000; // longer than any step with all its retries
const ELSEWHERE = ["compensating", "completed", "cancelled", "failed"]; // stages in another list, and final stages
const WRONG = ["compensation-stuck", "infrastructure", "defect", "unknown"];
const COLOURS = { completed: "good", running: "busy", ...Object.fromEntries(WRONG.map((one) => [one, "bad"])) }; // any other: grey
const GROUPS = [
  { title: "What went wrong", verdicts: WRONG,
    text: "A service failed or the execution was stopped (infrastructure), an unexpected error occurred (defect), "
      + "or an effect is not compensated yet (compensation-stuck)." },
  { title: "Recovered", verdicts: ["compensated"], text: "The order was taken over from its execution and compensated." },
  { title: "Ended as expected, not completed", verdicts: ["rejected", "declined", "expired", "cancelled"],
    text: "No stock or a declined card (rejected), a decline by an approver (declined), no approval before the deadline "
      + "(expired), or a cancel (cancelled). The workflow worked as designed." },
  { title: "Completed", verdicts: ["completed"], text: "The order was fulfilled.", closed: true },
  { title: "Running", verdicts: ["running"], text: "They have no verdict yet.", closed: true },
];

export function insights(page) {
  const { main, notify, fail, calm } = page;
  let started = address().query.get("started") ?? "";
  const period = h("select", { name: "started", onchange: choose }, h("option", { value: "" }, "any time"),
    ...Object.keys(PERIODS).map((one) => h("option", { value: one, selected: one === started }, one)));
  const verdicts = h("section", { class: "card" }, h("p", { class: "quiet", "data-loading": true }, "Reading histories…"));
  const hanging = h("section", { class: "card" }, h("p", { class: "quiet", "data-loading": true }, "Loading…"));
  const stuck = h("section", { class: "card" }, h("p", { class: "quiet", "data-loading": true }, "Loading…"));

  async function look() {
    update(stuck, ...stuckOrders(await all("/orders?stage=compensating&limit=100", "orders")));
    update(hanging, ...hangingOrders(await open()));
    const chosen = started, found = await loadVerdicts(chosen);
    if (chosen === started) update(verdicts, ...charts(found, chosen)); // otherwise a later call shows the period
  }

  /** The URL has the period, so that Back returns to the same figures. */
  function choose() {
    started = period.value;
    history.pushState(null, "", addressOf("insights", { started }));
    look().then(calm, fail);
  }

  async function retry(id) {
    try {
      await post(`/ops/orders/${id}/compensate`);
      await look();
      notify(`${id}: a new execution retries the compensation.`);
    } catch (problem) {
      fail(problem);
    }
  }

  const stuckOrders = ({ found, more }) => [h("h2", {}, "Compensating"), more && tooMany(found),
    found.length ? null : h("p", { class: "quiet" }, "No order is being compensated."),
    ...found.map((one) => {
      const effects = Object.entries(one.ledger).filter(([, effect]) => effect.stuck).map(([name]) => name);
      return h("div", { class: "row", "data-key": one.order_id },
        h("a", { href: `#/orders/${one.order_id}`, class: "id" }, one.order_id),
        h("span", { class: effects.length ? "stuck" : "" }, effects.length
          ? `⚠ stuck: ${effects.join(", ")}, for ${age(one.updated_at)}` : `in progress for ${age(one.updated_at)}`),
        h("button", { onclick: ({ currentTarget }) => once(currentTarget, () => retry(one.order_id)) }, "Compensate again"));
    })];

  const again = ({ currentTarget }) => once(currentTarget, () => look().then(calm, fail));
  show(main, h("div", { class: "title" }, h("h1", {}, "Insights"), h("label", {}, "Started ", period), h("button", { onclick: again }, "Refresh")), verdicts, stuck, hanging);
  look().catch(fail);
}

const tooMany = (found) => h("p", { class: "stuck" }, `There are more: only the newest ${found.length} were read.`);

/** The open orders: an execution works on them, or waits for approval. */
async function open() {
  const { stages } = await get("/stages");
  const read = await Promise.all(stages.filter((one) => one.orders && !ELSEWHERE.includes(one.stage))
    .map((one) => all(`/orders?stage=${one.stage}&limit=100`, "orders")));
  return { found: read.flatMap((one) => one.found), more: read.some((one) => one.more) };
}

/** Whether an order makes no progress. One that waits for approval may wait until its deadline. */
const hangs = (one) => (one.stage === "awaiting-approval" && one.approval_deadline
  ? passed(one.approval_deadline) : now() - Date.parse(one.updated_at) > PATIENCE_MS);

function hangingOrders({ found, more }) {
  const wrong = found.filter(hangs);
  return [h("h2", {}, "No progress"), more && tooMany(found),
    wrong.length ? null : h("p", { class: "quiet" }, "Every open order makes progress."),
    ...wrong.map((one) => h("div", { class: "row", "data-key": one.order_id },
      h("a", { href: `#/orders/${one.order_id}`, class: "id" }, one.order_id),
      h("span", { class: "stuck" }, `⚠ ${stageText(one.stage)}, `,
        one.stage === "awaiting-approval" && one.approval_deadline
          ? `its deadline passed ${age(one.approval_deadline)} ago` : `unchanged for ${age(one.updated_at)}`)))];
}

/** The verdicts on the newest orders whose execution started in the period, with those on their earlier executions. */
async function loadVerdicts(period) {
  const read = await all("/ops/verdicts?limit=20", "verdicts", PAGES);
  const found = read.found.filter((one) => isWithin(period, one.started_at));
  const more = read.more && found.length === read.found.length; // the newest come first
  const earlier = await Promise.all(found.filter((one) => one.epoch > 1).map(async ({ order_id: id, epoch, stage }) => {
    const { executions } = await get(`/orders/${id}/history`);
    return executions.filter((one) => one.epoch < epoch).map((one) => ({ ...one, order_id: id, stage, of: epoch }));
  }));
  const newest = found.map((one) => ({ ...one, of: one.epoch }));
  return { orders: found.length, more, executions: newest.flatMap((one) => [
    one, ...earlier.flat().filter((other) => other.order_id === one.order_id).sort((a, b) => b.epoch - a.epoch)]) };
}

function charts({ orders, more, executions }, period) {
  const counts = Object.entries(Object.groupBy(executions, (one) => one.verdict))
    .map(([name, list]) => [name, list.length]).sort((a, b) => b[1] - a[1]);
  const share = ([name, count]) => h("div", { class: `bar ${COLOURS[name] ?? ""}`, "data-key": name },
    h("button", { class: "plain", onclick: () => lead(name) }, name),
    h("meter", { min: 0, max: executions.length, value: count, "aria-label": `${name} of all` }), h("span", {}, `${count} (${Math.round((100 * count) / executions.length)} %)`));
  return [h("h2", {}, `Verdicts on ${more ? "the newest " : ""}${numbered(orders, "order")}${period && ` of the ${period}`}`),
    executions.length ? h("p", { class: "quiet" }, `Each execution is counted, with the verdict from its history: ${numbered(executions.length, "execution")}`
      + ` of ${numbered(orders, "order")}. An order that was taken over has more than one. ${times(executions)}`) : h("p", { class: "quiet" }, period ? `No execution started in the ${period}.` : "There are no orders yet."),
    ...counts.map(share), ...GROUPS.flatMap((one) => group(one, executions))];
}

/** The period in which the executions started, and the median time of completed ones: most of it is the wait for approval. */
function times(executions) {
  const started = executions.map((one) => one.started_at).filter(Boolean).sort();
  const took = executions.filter((one) => one.verdict === "completed" && one.stopped_at)
    .map((one) => Date.parse(one.stopped_at) - Date.parse(one.started_at)).sort((a, b) => a - b);
  return [started.length && `Started from ${clock(started[0])} to ${clock(started.at(-1))}.`,
    took.length && `Half of the completed ones took at most ${duration(took[Math.floor((took.length - 1) / 2)])}.`].filter(Boolean).join(" ");
}

/** The executions with some verdicts, each with a link to its order. Closed groups are collapsed. */
function group({ title, text, verdicts, closed }, executions) {
  const found = executions.filter((one) => verdicts.includes(one.verdict));
  if (!found.length && title !== "What went wrong") return [];
  const rows = h("ul", { class: "verdicts" }, ...found.map(row));
  return [h("h2", { "data-key": title }, `${title}: ${found.length}`), found.length > 0 && h("p", { class: "quiet", "data-key": `what ${title}` }, text),
    found.length > 0 && (closed ? h("details", { "data-key": `all ${title}` }, h("summary", {}, `Show ${numbered(found.length, "execution")}`), rows)
      : h("div", { "data-key": `all ${title}` }, rows))];
}

const row = (one) => h("li", { "data-key": `${one.order_id} ${one.epoch}`, "data-verdict": one.verdict },
  h("a", { href: `#/orders/${one.order_id}`, class: "id" }, one.order_id),
  ` ${one.verdict}: ${one.reason}; ${one.of > 1 ? `execution ${one.epoch} of ${one.of}, ` : ""}${clock(one.started_at)}`);

/** Move the focus to the first order with a verdict. */
function lead(verdict) {
  const first = document.querySelector(`[data-verdict="${verdict}"]`);
  const closed = first.closest("details");
  if (closed) closed.open = true;
  first.querySelector("a").focus();
}

const numbered = (count, what) => `${count} ${what}${count === 1 ? "" : "s"}`;
