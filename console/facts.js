// The attributes of an order, as text and tables.

import { h } from "./dom.js";
import { age, clock, effectText, left, money, passed, stageOf } from "./words.js";

const SHORT = 14; // an SKU of at most this length fits any screen on one line
const waits = (now) => now.stage === "awaiting-approval";

/** The stage, the deadline and the reason of the order. */
export const standing = (now) => [
  h("p", { class: `big stage stage-${now.stage}` }, stageOf(now)),
  waits(now) && h("p", {}, `${left(now.approval_deadline)} left to approve ${money(now.total)}`),
  waits(now) && approvals(now), now.reason && h("p", {}, now.reason)];

/** How many of two approvals are given; null for an order that needs one. */
export const approvals = ({ approvals: { given, needed } }) => (needed > 1
  ? h("p", { "data-key": "approvals" }, `${given} of ${needed} approvals, which must come from different approvers`) : null);

/** The fields that the API marks as shown and that have a value, and the deadline while the order waits. */
export const facts = (now) => [h("h2", {}, "Facts"), h("dl", {}, ...[
  ...now.shown_fields.map(({ path, title, format }) => [title, shown(format, valueAt(now, path))]).filter(([, value]) => value),
  ...(waits(now) ? [["Deadline", moment(now.approval_deadline)]] : []),
].flatMap(([title, value]) => [h("dt", { "data-key": `title ${title}` }, title), h("dd", { "data-key": title }, value)]))];

const valueAt = (now, path) => path.split(".").reduce((part, name) => part[name], now);

function shown(format, value) {
  if (value == null || value.length === 0) return null;
  if (format === "instant") return moment(value, passed(value) ? `${age(value)} ago` : `in ${left(value)}`);
  if (format !== "list") return String(value);
  return h("span", {}, ...value.flatMap((one, at) => [at > 0 && ", ", h("span", { class: one.length <= SHORT && "sku" }, one)]));
}

/** An instant in words; its title is the exact time in UTC. */
const moment = (instant, text = clock(instant)) => h("time", { datetime: instant, title: instant }, text);

export const items = (now) => [h("h2", {}, `Items (revision ${now.revision})`),
  h("table", { class: "items" }, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "SKU"),
    ...["Quantity", "Price", "Amount"].map((one) => h("th", { scope: "col", class: "number" }, one)))),
    h("tbody", {}, ...now.items.map((one) => h("tr", { "data-key": one.sku }, h("td", { class: one.sku.length <= SHORT && "sku" }, one.sku), h("td", { class: "number" }, one.quantity),
      h("td", { class: "number" }, money({ ...now.total, amount_minor: one.unit_price_minor })),
      h("td", { class: "number" }, money({ ...now.total, amount_minor: one.quantity * one.unit_price_minor })))),
    h("tr", {}, h("th", { scope: "row" }, "Total"), h("td", { colspan: 3, class: "number" }, money(now.total)))))];

export const ledger = (now) => [h("h2", {}, "Effects"),
  Object.keys(now.ledger).length ? h("ul", { class: "plain" }, ...Object.entries(now.ledger).map(([name, one]) => effect(now, name, one)))
    : h("p", { class: "quiet" }, "No effects yet.")];

const knowledge = (one) => (one.stuck ? "stuck" : one.state === "intent" && one.error ? "unsettled" : one.state);

function effect(now, name, one) {
  const amount = (minor) => money({ ...now.total, amount_minor: minor });
  const [icon, words] = effectText(name, one.state, knowledge(one));
  return h("li", { "data-key": name, class: one.stuck ? "stuck" : `effect-${one.state}` },
    one.stuck ? `⚠ stuck: ${words}; it will be retried` : `${icon} ${words}`,
    one.amount_minor == null || one.state === "undone" ? null : `: ${amount(one.amount_minor)}`,
    one.delivery ? `, ${one.delivery}` : null,
    one.refunded_minor ? `, ${amount(one.refunded_minor)} refunded` : null);
}

export const events = ({ events: shown, omitted_events: omitted }, total) => [h("h2", {}, "Timeline"),
  omitted > 0 && h("p", { class: "quiet" }, `${omitted} older events are left out.`),
  h("ol", { class: "timeline", tabindex: -1, "aria-label": "Timeline, newest first" },
    ...shown.toReversed().map((one) => h("li", { "data-key": one.sequence },
      moment(one.at), ` ${one.kind}`,
      h("small", {}, details(one, total).map((text) => ` ${text}`).join(",")))))];

const details = ({ detail, actor }, total) => [...Object.entries(detail).filter(([name]) => name !== "signal_id")
  .map((one) => inWords(one, total)), ...(actor ? [`by ${actor}`] : [])];

const CALLED = { epoch: "execution" };

/** `amount 25.00 EUR` for `amount_minor: 2500`. Any other value is not converted. */
const inWords = ([name, value], total) => (name.endsWith("_minor")
  ? `${name.slice(0, -"_minor".length)} ${money({ ...total, amount_minor: value })}` : `${CALLED[name] ?? name.replaceAll("_", " ")} ${value}`);
