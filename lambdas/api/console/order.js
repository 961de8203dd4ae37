// One order: where it stands, what was done, and the signals that it takes now.

import { get, post } from "./api.js";
import { diagram } from "./diagram.js";
import { h, show } from "./dom.js";
import { live } from "./live.js";
import { STAGES, age, clock, left, money, outcome } from "./words.js";

const WHO = { "approve-payment": ["approver"], "cancel-order": ["customer", "operator"], "add-line-item": ["customer"] };

export function order({ main, who, tell, fail }, id) {
  const parts = Object.fromEntries(["head", "actions", "graph", "facts", "items", "ledger", "events"]
    .map((name) => [name, h("section", { class: "card" })]));
  let shown = null;

  async function look() {
    const now = await get(`/orders/${id}`);
    if (JSON.stringify(now) !== JSON.stringify(shown)) {
      const asking = parts.actions.contains(document.activeElement) && shown
        && String(now.allowed_signals) === String(shown.allowed_signals);
      shown = now;
      show(parts.items, ...items(now));
      show(parts.ledger, ...ledger(now));
      if (!asking) show(parts.actions, ...actions(now));
      const told = await get(`/orders/${id}/timeline`);
      show(parts.events, ...timeline(told.events));
    }
    show(parts.head, ...head(now));
    show(parts.facts, ...facts(now));
    show(parts.graph, h("h2", {}, "Workflow"), diagram(await get(`/orders/${id}/execution`)));
  }

  const actions = (now) => {
    const mine = now.allowed_signals.filter((kind) => WHO[kind].some((role) => who.roles.includes(role)));
    const forms = { "approve-payment": approval, "cancel-order": cancellation, "add-line-item": addition };
    return [h("h2", {}, "What you can do now"), ...mine.map((kind) => forms[kind](now)),
      mine.length ? null : h("p", { class: "quiet" }, "Nothing: the order takes no signal of yours now.")];
  };

  const approval = (now) => form("Approve payment", [
    h("p", {}, `${money(now.total)}, as the lines stand at revision ${now.revision}.`)],
  () => send("approve-payment", { revision: now.revision }));

  const cancellation = () => form("Cancel order", [h("label", {}, "Reason",
    h("input", { name: "reason", required: true, maxlength: 200 }))],
  (data) => send("cancel-order", { reason: data.get("reason") }), "danger");

  const addition = () => form("Add item", [
    h("label", {}, "SKU", h("input", { name: "sku", required: true, pattern: "[A-Za-z0-9\\-]{1,32}" })),
    h("label", {}, "Quantity", h("input", { name: "quantity", type: "number", min: 1, max: 999, value: 1, required: true }))],
  (data) => send("add-line-item", { sku: data.get("sku").toUpperCase(), quantity: Number(data.get("quantity")) }));

  const form = (title, fields, deed, kind = "primary") => h("form", { class: "row", onsubmit: async (event) => {
    event.preventDefault();
    const button = event.target.querySelector("button");
    button.disabled = true;
    await deed(new FormData(event.target));
    button.disabled = false;
  } }, ...fields, h("button", { class: kind }, title));

  async function send(kind, body) {
    try {
      const told = await post(`/orders/${id}/signals/${kind}`, body);
      const worked = told.outcome == null || told.outcome === "applied";
      if (worked) tell(`${kind}: ${outcome(told.outcome)}.`);
      else fail(new Error(`${kind}: ${outcome(told.outcome)}.`));
    } catch (problem) {
      fail(problem);
    }
    await watch.now();
  }

  show(main, h("h1", {}, "Order ", h("span", { class: "id" }, id)), parts.head, parts.actions,
    h("div", { class: "columns" }, parts.graph,
      h("div", {}, parts.facts, parts.items, parts.ledger, parts.events)));
  show(parts.head, h("p", { class: "quiet" }, "Loading…"));
  const watch = live(look, (problem) => {
    if (problem.status === 404) show(main, h("h1", {}, "No such order"),
      h("p", {}, `${id} does not exist, or is not yours. `, h("a", { href: "#/orders" }, "All orders")));
    else fail(problem);
  });
  return watch.end;
}

const head = (now) => [
  h("p", { class: `big stage stage-${now.stage}` }, `${STAGES[now.stage]} ${now.stage}`),
  now.stage === "awaiting-approval" && h("p", {}, `Approve within ${left(now.approval_deadline)}.`),
  now.last_error && h("p", {}, now.last_error), now.result && h("p", {}, now.result)].filter(Boolean);

const facts = (now) => [h("h2", {}, "Facts"), h("dl", {}, ...[
  ["Customer", `${now.customer_id}${now.enrichment.customer_tier ? ` (${now.enrichment.customer_tier})` : ""}`],
  ["Placed", `${age(now.created_at)} ago`], ["Last change", `${age(now.updated_at)} ago`],
  ["Deadline", now.approval_deadline ? clock(now.approval_deadline) : "none yet"],
  ["Workflow", `version ${now.version}`],
  ["Goes well with", now.enrichment.recommendations.join(", ") || "–"],
].flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]))];

const items = (now) => [h("h2", {}, `Items (revision ${now.revision})`),
  h("table", {}, h("thead", {}, h("tr", {}, ...["SKU", "Quantity", "Price"].map((one) => h("th", { scope: "col" }, one)))),
    h("tbody", {}, ...now.items.map((one) => h("tr", {}, h("td", {}, one.sku), h("td", { class: "number" }, one.quantity),
      h("td", { class: "number" }, money({ ...now.total, amount_minor: one.unit_price_minor })))),
    h("tr", {}, h("th", { scope: "row" }, "Total"), h("td", {}), h("td", { class: "number" }, money(now.total)))))];

const MARKS = { intent: "…", done: "✓", undone: "↺" };
const ledger = (now) => [h("h2", {}, "Side effects"),
  ...Object.entries(now.ledger).map(([name, one]) => h("p", { class: one.stuck ? "stuck" : "" },
    `${one.stuck ? "⚠ stuck" : `${MARKS[one.state]} ${one.state}`}: ${name}`,
    one.amount_minor == null ? "" : ` ${money({ ...now.total, amount_minor: one.amount_minor })}`,
    one.refunded_minor ? `, refunded ${money({ ...now.total, amount_minor: one.refunded_minor })}` : "")),
  Object.keys(now.ledger).length ? null : h("p", { class: "quiet" }, "Nothing was done yet.")];

const timeline = (events) => [h("h2", {}, "Timeline"), h("ol", { class: "timeline" },
  ...events.toReversed().map((one) => h("li", {}, h("time", { datetime: one.at }, clock(one.at)), ` ${one.kind}`,
    h("small", {}, Object.entries(one.detail).map(([name, value]) => ` ${name} ${value}`).join(",")))))];
