// Forms that ignore further clicks while a request runs.

import { catalogue, described, sum } from "./catalogue.js";
import { h } from "./dom.js";

/** A form with a button `title`. `submit` gets the data and returns whether to reset the form, which
 * keeps input that changed meanwhile. `key` distinguishes forms with the same title. */
export const form = (title, fields, submit, { kind = "primary", key = title } = {}) => h("form", {
  class: "row", "data-key": key, "aria-label": title,
  onsubmit: async (event) => {
    event.preventDefault();
    const sent = event.currentTarget;
    await once(sent, async () => {
      const data = new FormData(sent);
      if (await submit(data) && written(data) === written(new FormData(sent))) sent.reset();
    });
  },
}, ...fields, h("button", { class: kind }, title));

const written = (data) => new URLSearchParams(data).toString();

/** Run the action, unless the previous one of this element is still running. */
export async function once(element, action) {
  if (element.getAttribute("aria-busy") === "true") return;
  element.setAttribute("aria-busy", "true");
  try {
    await action();
  } finally {
    element.removeAttribute("aria-busy");
  }
}

export const field = (title, properties) =>
  h("label", {}, title, h("input", { autocomplete: "off", ...properties }));

/** The fields of an item. */
export const itemFields = () => [
  field("SKU", { name: "sku", required: true, pattern: "[A-Za-z0-9\\-]{1,32}", list: "products", placeholder: "choose, or enter a SKU" }),
  field("Quantity", { name: "quantity", type: "number", min: 1, max: 999, value: 1, required: true })];

/** The fields of several items with their prices, a button that adds another item, and the total. */
export function itemLines() {
  const total = h("output", { class: "total" });
  const state = async () => {
    const products = await catalogue();
    const priced = [...lines.children].map((one) => {
      const [sku, quantity] = [...one.querySelectorAll("input")].map((input) => input.value.trim());
      const product = products.get(sku.toUpperCase());
      one.querySelector("output").value = described(product);
      return { product, quantity: Number(quantity) };
    });
    total.value = sum(priced);
  };
  const lines = h("div", { class: "lines", oninput: state }, line());
  const removal = () => h("button", { type: "button", class: "plain", "aria-label": "Remove this item",
    onclick: ({ currentTarget }) => { currentTarget.parentElement.remove(); lines.lastChild.querySelector("input").focus(); state(); } }, "✕");
  const add = () => { lines.append(line(removal())); lines.lastChild.querySelector("input").focus(); state(); };
  return [lines, h("button", { type: "button", onclick: add }, "Another item"), total];
}

const line = (...more) => h("div", { class: "row" }, ...itemFields(), ...more, h("output"));

/** The items of a form with `itemLines`. */
export function itemsOf(data) {
  const quantities = data.getAll("quantity");
  return data.getAll("sku").map((sku, at) => ({ sku: sku.trim().toUpperCase(), quantity: Number(quantities[at]) }));
}

export const itemOf = (data) => ({ sku: data.get("sku").toUpperCase(), quantity: Number(data.get("quantity")) });
