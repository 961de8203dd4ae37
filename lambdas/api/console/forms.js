// Forms that are sent once, however often people press the button.

import { h } from "./dom.js";

/** A form with a button `title`; `deed` gets what was filled in, and tells whether to empty it. */
export const form = (title, fields, deed, kind = "primary") => h("form", {
  class: "row", "data-key": title, "aria-label": title,
  onsubmit: async (event) => {
    event.preventDefault();
    const sent = event.currentTarget;
    await once(sent, async () => { if (await deed(new FormData(sent))) sent.reset(); });
  },
}, ...fields, h("button", { class: kind }, title));

/** Do it unless the element is still busy with the last time. */
export async function once(element, deed) {
  if (element.getAttribute("aria-busy") === "true") return;
  element.setAttribute("aria-busy", "true");
  try {
    await deed();
  } finally {
    element.removeAttribute("aria-busy");
  }
}

export const field = (title, properties) =>
  h("label", {}, title, h("input", { autocomplete: "off", ...properties }));

/** The two fields of an item, and what they say. */
export const itemFields = () => [
  field("SKU", { name: "sku", required: true, pattern: "[A-Za-z0-9\\-]{1,32}", placeholder: "COFFEE-1KG" }),
  field("Quantity", { name: "quantity", type: "number", min: 1, max: 999, value: 1, required: true })];

export const itemOf = (data) => ({ sku: data.get("sku").toUpperCase(), quantity: Number(data.get("quantity")) });
