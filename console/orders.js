// Orders: a form to place one, the number of orders by stage, and the newest orders. The URL contains
// the filters, so that Back returns to the same list.

import { address, addressOf } from "./address.js";
import { all, get, post } from "./api.js";
import { catalogue } from "./catalogue.js";
import { h, show, update } from "./dom.js";
import { field, form, itemLines, itemsOf } from "./forms.js";
import { live } from "./live.js";
import { PERIODS, isWithin } from "./clock.js";
import { age, brief, gist, left, money, stageOf, stageText } from "./words.js";

const ORDER_ID = /^[0-9A-HJKMNP-TV-Z]{26}$/i;
const OUTCOMES = ["completed", "rejected", "declined", "expired", "cancelled", "failed", "compensation-stuck"];
const PROBLEMS = ["debt", "dispute"]; // of an ended order's payment
const SHOWN = 50;
const COUNTED_EVERY = 5; // polls: counting reads more than listing

export function orders(page) {
  const { main, who, fail } = page;
  const staff = who.roles.some((role) => role !== "customer");
  const operates = who.roles.includes("operator");
  const buys = who.roles.includes("customer");
  const parameters = address().query;
  const chosen = { stage: parameters.get("stage"), outcome: parameters.get("outcome") ?? "", placed: parameters.get("placed") ?? "", problem: (operates && parameters.get("problem")) || "", customer: (staff && parameters.get("customer")) || "" };
  const chips = h("div", { class: "chips", role: "group", "aria-label": "Stages" });
  const list = h("div", {}, h("p", { class: "quiet", "data-loading": true }, "Loading…"));
  const searching = field(staff ? "Whole order id, or customer" : "Whole order id", { name: "search", value: chosen.customer });
  const select = (name, any, values) => h("select", { name, onchange: ({ currentTarget }) => choose({ [name]: currentTarget.value }) },
    h("option", { value: "" }, any), ...values.map((one) => h("option", { value: one, selected: one === chosen[name] }, one.replaceAll("-", " "))));
  const ends = select("outcome", "any", OUTCOMES);
  const problems = select("problem", "–", PROBLEMS);
  const placed = select("placed", "any time", Object.keys(PERIODS));
  const clearing = h("span", {});
  const wrong = h("div", { class: "wrong", role: "alert" }); // the server's error for the new order
  const placing = buys && h("details", { class: "card placing" }, h("summary", {}, "Place an order"),
    form("Place", [...itemLines(), field("Pay with", { name: "pay", placeholder: "with the sandbox: pm_ok", required: true })], order), wrong);
  if (buys) catalogue({ again: true });
  let [looks, counted, pages] = [0, null, 1];
  let fresh = true; // the form opens automatically once, for a customer without orders

  async function look() {
    const query = new URLSearchParams({ limit: SHOWN });
    update(clearing, Object.values(chosen).some(Boolean) && h("button", { type: "button", onclick: clear }, "Clear"));
    if (chosen.stage) query.set("stage", chosen.stage);
    if (chosen.outcome) query.set("outcome", chosen.outcome);
    if (chosen.problem) query.set("problem", chosen.problem);
    if (chosen.customer) query.set("customer_id", chosen.customer);
    const whose = chosen.customer ? `?customer_id=${encodeURIComponent(chosen.customer)}` : "";
    if (looks++ % COUNTED_EVERY === 0) counted = get(`/stages${whose}`);
    const [{ stages }, read] = await Promise.all([counted, all(`/orders?${query}`, "orders", pages)]);
    const found = read.found.filter(isRecent);
    const more = read.more && (chosen.problem || found.length === read.found.length); // by time, except those with a problem
    if (fresh && buys && !Object.values(chosen).some(Boolean) && !found.length) placing.open = true;
    fresh = false;
    update(chips, chip(null, "all", total(stages)),
      ...stages.filter((one) => one.orders || one.stage === chosen.stage)
        .map((one) => chip(one.stage, one.stage, one)));
    update(list, found.length ? table(found, staff, chosen.problem) : empty(),
      more && h("p", {}, h("button", { type: "button", onclick: older }, "Show older orders")));
  }

  const isRecent = (one) => isWithin(chosen.placed, one.created_at);

  const total = (stages) => ({
    orders: stages.reduce((sum, one) => sum + one.orders, 0), exact: stages.every((one) => one.exact),
  });

  /** A count that is not exact is a minimum: "1,000+". */
  const chip = (stage, name, { orders: count, exact }) => h("button", {
    class: `chip stage-${name}`, "data-key": name, "aria-pressed": String(chosen.stage === stage),
    onclick: () => choose({ stage }),
  }, `${stage === null ? name : stageText(stage)} ${count.toLocaleString("en")}${exact ? "" : "+"}`);

  function empty() {
    const one = chosen.customer ? `No order of the customer ${chosen.customer}` : "No order";
    const hint = chosen.customer ? " To find an order, enter its complete id: 26 letters and digits." : "";
    if (chosen.problem) return h("p", { class: "quiet" }, `No order with a ${chosen.problem} was found.`);
    if (chosen.placed) return h("p", { class: "quiet" }, `No such order was placed in the ${chosen.placed}.`);
    const wanted = [chosen.stage, chosen.outcome].filter(Boolean).map((name) => name.replaceAll("-", " ")).join(" and ");
    return h("p", { class: "quiet" }, wanted || chosen.customer
      ? `${one} ${wanted ? `is ${wanted}` : "was found"}.${hint}`
      : `There are no orders yet.${buys ? " Place the first one above." : ""}`);
  }

  function older() {
    pages += 1;
    watch.now();
  }

  /** Add each choice to the browser history. The view and its focus stay. */
  function choose(choice) {
    Object.assign(chosen, choice);
    [looks, pages] = [0, 1];
    const at = addressOf("orders", chosen);
    if (at !== location.hash) history.pushState(null, "", at);
    watch.now();
  }

  function clear() {
    searching.querySelector("input").value = "";
    searching.querySelector("input").focus(); // the button disappears; keep the focus
    [ends.value, problems.value, placed.value] = ["", "", ""];
    choose({ stage: null, outcome: "", placed: "", problem: "", customer: "" });
  }

  function search(event) {
    event.preventDefault();
    const text = new FormData(event.target).get("search").trim();
    if (ORDER_ID.test(text)) location.hash = `#/orders/${text.toUpperCase()}`;
    else if (staff) choose({ customer: text });
    else if (text) fail(new Error("An order id has 26 letters and digits: enter the complete id."));
  }

  async function order(data) {
    show(wrong);
    try {
      const placed = await post("/orders", { items: itemsOf(data), payment_method: data.get("pay").trim() });
      location.hash = `#/orders/${placed.order_id}`;
    } catch (problem) {
      if (problem.status === 401) return fail(problem);
      show(wrong, h("p", { class: "stuck" }, problem.message));
    }
  }

  show(main, h("h1", {}, "Orders"), placing, chips,
    h("form", { class: "row", role: "search", onsubmit: search }, searching, h("button", {}, "Search"), h("label", {}, "Outcome", ends),
    h("label", {}, "Placed", placed),
    operates && h("label", {}, "Payment problem", problems), clearing), list);
  const watch = live(look, page, 3);
  return watch.end;
}

// ARIA roles are explicit: on narrow screens the style sheet displays rows as cards, which removes table semantics.
const table = (found, staff, problem) => h("table", { class: "orders", role: "table" },
  h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, ...["Order", "Stage", staff && "Customer", "Items", "Total", "Age", problem ? titled(problem) : "Deadline"].filter(Boolean)
    .map((title) => h("th", { scope: "col", role: "columnheader", class: (title === "Total" || title === titled(problem)) && "number" }, title)))),
  h("tbody", { role: "rowgroup" }, ...found.map((one) => row(one, staff, problem))));

const titled = (problem) => problem.slice(0, 1).toUpperCase() + problem.slice(1);

const row = (one, staff, problem) => h("tr", { role: "row", "data-key": one.order_id },
  cell("Order", {}, h("a", { href: `#/orders/${one.order_id}`, class: "id" }, one.order_id)),
  cell("Stage", {}, h("span", { class: `stage stage-${one.stage}` }, stageOf(one))),
  staff && cell("Customer", {}, one.customer_id),
  cell("Items", {}, gist(one.items)),
  cell("Total", { class: "number" }, money(one.total)),
  cell("Age", {}, age(one.created_at, brief)),
  problem ? cell(titled(problem), { class: "number" }, money({ ...one.total, amount_minor: openMinor(one.ledger, problem) }))
    : cell("Deadline", {}, one.stage === "awaiting-approval" ? left(one.approval_deadline, brief) : "–"));

/** The amount of a problem's open entries: `dispute`, `dispute-2`. */
const openMinor = (ledger, problem) => Object.entries(ledger).filter(([name, entry]) => name.replace(/-\d+$/, "") === problem && entry.state === "intent")
  .reduce((sum, [, entry]) => sum + entry.amount_minor, 0);

const cell = (title, properties, text) => h("td", { role: "cell", "data-title": title, ...properties }, text);
