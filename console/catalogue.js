// The catalogue: the products that the fields for a SKU suggest, and the prices of the lines of a new order.

import { all } from "./api.js";
import { h, show } from "./dom.js";
import { money } from "./words.js";

const list = h("datalist", { id: "products" }); // fields refer to it by this id
let known;

/** The products by SKU, read once; with `again`, read again. Empty if the catalogue cannot be read: a SKU can be
 * typed in any case. */
export function catalogue({ again = false } = {}) {
  if (again) known = undefined;
  known ??= read().catch(() => {
    known = undefined;
    return new Map();
  });
  return known;
}

async function read() {
  const { found } = await all("/catalogue?limit=100", "products");
  show(list, ...found.map((one) => h("option", { value: one.sku, label: `${one.name} · ${stated(one)}` })));
  document.body.append(list);
  return new Map(found.map((one) => [one.sku, one]));
}

const stated = ({ price, sold_out: soldOut }) => money(price) + (soldOut ? " · sold out" : "");

/** Name and price of a product, or nothing for an unknown one. */
export const described = (product) => (product ? `${product.name}, ${stated(product)}` : "");

/** The sum of `{product, quantity}`, or nothing while a line has no known product. */
export function sum(lines) {
  if (lines.some(({ product }) => !product)) return "";
  const totals = new Map();
  for (const { product: { price }, quantity } of lines) {
    const before = totals.get(price.currency)?.amount_minor ?? 0;
    totals.set(price.currency, { ...price, amount_minor: before + price.amount_minor * quantity });
  }
  const amounts = [...totals.values()].map(money).join(" + ");
  return totals.size > 1 ? `${amounts}: an order has one currency` : `Total ${amounts}`;
}
