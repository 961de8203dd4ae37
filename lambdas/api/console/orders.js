// Orders: how many stand where, the newest ones, and a form to place one.

import { get, post } from "./api.js";
import { h, show, update } from "./dom.js";
import { field, form, itemFields, itemOf } from "./forms.js";
import { live } from "./live.js";
import { STAGES, age, left, money } from "./words.js";

const ORDER_ID = /^[0-9A-HJKMNP-TV-Z]{26}$/i;
const SHOWN = 50;

export function orders(page) {
  const { main, who, fail } = page;
  const chosen = { stage: null, customer: "" };
  const chips = h("div", { class: "chips", role: "group", "aria-label": "Stages" });
  const list = h("div", {}, h("p", { class: "quiet" }, "Loading…"));
  const staff = who.roles.some((role) => role !== "customer");

  async function look() {
    const query = new URLSearchParams({ limit: SHOWN });
    if (chosen.stage) query.set("stage", chosen.stage);
    if (chosen.customer) query.set("customer_id", chosen.customer);
    const whose = chosen.customer ? `?customer_id=${encodeURIComponent(chosen.customer)}` : "";
    const [counted, found] = await Promise.all([get(`/stages${whose}`), get(`/orders?${query}`)]);
    update(chips, chip(null, "all", counted.stages.reduce((sum, one) => sum + one.orders, 0)),
      ...counted.stages.filter((one) => one.orders || one.stage === chosen.stage)
        .map((one) => chip(one.stage, one.stage, one.orders, one.at_least)));
    update(list, found.orders.length ? table(found.orders) : empty(),
      found.next_cursor && h("p", { class: "quiet" }, `These are the newest ${SHOWN}. Search for an older one by its id.`));
  }

  const chip = (stage, name, count, atLeast) => h("button", {
    class: `chip stage-${name}`, "data-key": name, "aria-pressed": String(chosen.stage === stage),
    onclick: () => { chosen.stage = stage; watch.now(); },
  }, `${STAGES[name] ?? ""} ${name} ${atLeast ? "≥ " : ""}${count}`);

  const empty = () => h("p", { class: "quiet" }, chosen.stage || chosen.customer
    ? "No order matches. Choose another stage, or clear the search."
    : `There is no order yet.${who.roles.includes("customer") ? " Place the first one below." : ""}`);

  function search(event) {
    event.preventDefault();
    const text = new FormData(event.target).get("search").trim();
    if (ORDER_ID.test(text)) location.hash = `#/orders/${text.toUpperCase()}`;
    else if (staff) { chosen.customer = text; watch.now(); }
    else if (text) fail(new Error("That is no order's id: 26 letters and digits."));
  }

  async function place(data) {
    try {
      const placed = await post("/orders", { items: [itemOf(data)], payment_method: data.get("pay").trim() });
      location.hash = `#/orders/${placed.order_id}`;
    } catch (problem) {
      fail(problem);
    }
  }

  show(main, h("h1", {}, "Orders"), chips,
    h("form", { class: "row", role: "search", onsubmit: search },
      field(staff ? "Order or customer" : "Order", { name: "search" }), h("button", {}, "Search")),
    list, who.roles.includes("customer") && h("section", { class: "card" }, h("h2", {}, "Place an order"), form("Place", [
      ...itemFields(), field("Pay with", { name: "pay", value: "pm_ok", required: true })], place)));
  const watch = live(look, page, 3);
  return watch.end;
}

// Roles are spelt out: on narrow screens the style makes cards of the rows, which hides the table's own.
const table = (found) => h("table", { class: "orders", role: "table" },
  h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, ...["Order", "Stage", "Customer", "Total", "Age", "Deadline"]
    .map((title) => h("th", { scope: "col", role: "columnheader", class: title === "Total" && "number" }, title)))),
  h("tbody", { role: "rowgroup" }, ...found.map(row)));

const row = (one) => h("tr", { role: "row", "data-key": one.order_id },
  cell("Order", {}, h("a", { href: `#/orders/${one.order_id}`, class: "id" }, one.order_id)),
  cell("Stage", {}, h("span", { class: `stage stage-${one.stage}` }, `${STAGES[one.stage]} ${one.stage}`)),
  cell("Customer", {}, one.customer_id),
  cell("Total", { class: "number" }, money(one.total)),
  cell("Age", {}, age(one.created_at)),
  cell("Deadline", {}, one.stage === "awaiting-approval" ? `${left(one.approval_deadline)}` : "–"));

const cell = (title, properties, text) => h("td", { role: "cell", "data-title": title, ...properties }, text);
