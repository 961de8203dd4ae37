// Forms that are sent once, however often people press the button.

import { h } from "./dom.js";

/** A form with a button `title`; `deed` gets what was filled in, and tells whether to empty it: what
 * was typed meanwhile stays. `key` keeps apart forms of the same title. */
export const form = (title, fields, deed, { kind = "primary", key = title } = {}) => h("form", {
  class: "row", "data-key": key, "aria-label": title,
  onsubmit: async (event) => {
    event.preventDefault();
    const sent = event.currentTarget;
    await once(sent, async () => {
      const data = new FormData(sent);
      if (await deed(data) && written(data) === written(new FormData(sent))) sent.reset();
    });
  },
}, ...fields, h("button", { class: kind }, title));

const written = (data) => new URLSearchParams(data).toString();

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
