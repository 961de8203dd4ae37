// Orders: how many stand where, the newest ones, and a form to place one.

import { get, post } from "./api.js";
import { h, show } from "./dom.js";
import { live } from "./live.js";
import { STAGES, age, left, money } from "./words.js";

const ORDER_ID = /^[0-9A-HJKMNP-TV-Z]{26}$/i;

export function orders({ main, who, tell, fail }) {
  const chosen = { stage: null, customer: "" };
  const chips = h("div", { class: "chips", role: "group", "aria-label": "Stages" });
  const list = h("div", { "aria-live": "polite" }, h("p", { class: "quiet" }, "Loading…"));
  const staff = who.roles.some((role) => role !== "customer");

  async function look() {
    const query = new URLSearchParams({ limit: 50 });
    if (chosen.stage) query.set("stage", chosen.stage);
    if (chosen.customer) query.set("customer_id", chosen.customer);
    const whose = chosen.customer ? `?customer_id=${encodeURIComponent(chosen.customer)}` : "";
    const [counted, found] = await Promise.all([get(`/stages${whose}`), get(`/orders?${query}`)]);
    show(chips, chip(null, "all", counted.stages.reduce((sum, one) => sum + one.orders, 0)),
      ...counted.stages.filter((one) => one.orders || one.stage === chosen.stage)
        .map((one) => chip(one.stage, one.stage, one.orders, one.at_least)));
    show(list, found.orders.length ? table(found.orders) : empty());
  }

  const chip = (stage, name, count, atLeast) => h("button", {
    class: `chip stage-${name}`, "aria-pressed": String(chosen.stage === stage),
    onclick: () => { chosen.stage = stage; watch.now(); },
  }, `${STAGES[name] ?? ""} ${name} ${atLeast ? "≥ " : ""}${count}`);

  const empty = () => h("p", { class: "quiet" }, chosen.stage || chosen.customer
    ? "No order matches. Choose another stage, or clear the search."
    : "There is no order yet. Place the first one below.");

  function search(event) {
    event.preventDefault();
    const text = new FormData(event.target).get("search").trim();
    if (ORDER_ID.test(text)) location.hash = `#/orders/${text.toUpperCase()}`;
    else if (staff) { chosen.customer = text; watch.now(); }
    else if (text) fail(new Error("That is no order's id: 26 letters and digits."));
  }

  async function place(event) {
    event.preventDefault();
    const form = new FormData(event.target);
    const item = { sku: form.get("sku").trim().toUpperCase(), quantity: Number(form.get("quantity")) };
    try {
      const placed = await post("/orders", { items: [item], payment_method: form.get("pay").trim() });
      location.hash = `#/orders/${placed.order_id}`;
      tell("Placed.");
    } catch (problem) {
      fail(problem);
    }
  }

  show(main, h("h1", {}, "Orders"), chips,
    h("form", { class: "row", role: "search", onsubmit: search },
      h("label", {}, staff ? "Order or customer" : "Order",
        h("input", { name: "search", autocomplete: "off" })), h("button", {}, "Search")),
    list, who.roles.includes("customer") && placing(place));
  const watch = live(look, fail, 3);
  return watch.end;
}

const table = (found) => h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Orders" },
  h("table", {},
    h("thead", {}, h("tr", {}, ...["Order", "Stage", "Customer", "Total", "Age", "Deadline"]
      .map((title) => h("th", { scope: "col" }, title)))),
    h("tbody", {}, ...found.map((one) => h("tr", {},
      h("td", {}, h("a", { href: `#/orders/${one.order_id}`, class: "id" }, one.order_id)),
      h("td", {}, h("span", { class: `stage stage-${one.stage}` }, `${STAGES[one.stage]} ${one.stage}`)),
      h("td", {}, one.customer_id),
      h("td", { class: "number" }, money(one.total)),
      h("td", {}, age(one.created_at)),
      h("td", {}, one.stage === "awaiting-approval" ? left(one.approval_deadline) : "–"))))));

const placing = (onsubmit) => h("form", { class: "card row", onsubmit, "aria-label": "Place an order" },
  h("h2", {}, "Place an order"),
  h("label", {}, "SKU", h("input", { name: "sku", required: true, pattern: "[A-Za-z0-9\\-]{1,32}", placeholder: "COFFEE-1KG" })),
  h("label", {}, "Quantity", h("input", { name: "quantity", type: "number", min: 1, max: 999, value: 1, required: true })),
  h("label", {}, "Pay with", h("input", { name: "pay", value: "pm_ok", required: true })),
  h("button", { class: "primary" }, "Place"));
