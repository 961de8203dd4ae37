// How values are written for people.

import { now } from "./clock.js";

export const STAGES = {
  "start": "▸", "enrichment": "▸", "reserve": "▸", "awaiting-approval": "…", "payment": "▸",
  "status-update": "▸", "completed": "✓", "compensating": "↺", "cancelled": "⊘", "failed": "✗",
};

export const PROGRESS = {
  "not-reached": ["○", "not reached"],
  "running": ["●", "in progress"],
  "succeeded": ["✓", "succeeded"],
  "compensated": ["↺", "compensated"],
  "caught": ["!", "error caught"],
  "failed": ["✗", "failed"],
  "aborted": ["■", "stopped"],
};

/** States whose effect may be undone, and its name in the order's ledger. */
export const UNDOABLE = { ReserveStock: "reserve", ProcessPayment: "pay" };

/** What an effect of the ledger means for people, by its state; any other effect keeps its name. */
export const EFFECTS = {
  reserve: { intent: "stock is being reserved", done: "stock reserved", undone: "stock released", stuck: "the stock could not be released yet" },
  pay: { intent: "payment is being charged", done: "paid", undone: "nothing stays charged", stuck: "the payment could not be given back yet" },
  ...Object.fromEntries(["approval", "confirmation", "cancellation"].map((mail) => [`mail-${mail}`,
    { intent: `${mail} mail is being sent`, done: `${mail} mail sent`, undone: `${mail} mail not sent`, unsettled: `${mail} mail perhaps not sent` }])),
};

export const EFFECT_ICONS = { intent: "…", done: "✓", undone: "↺" };

/** What decides for a way, where the definition tells only a value that an activity said. */
export const WAY_NAMES = {
  "RouteDecision ProcessPayment": "pay", "RouteDecision AwaitSignal": "wait", "RouteDecision RequestApproval": "remind",
};

/**
 * `25.00 EUR`, as e-mails and the command line write it. The API returns the decimals as `exponent`: `Intl` follows
 * customs of display and drops the decimals of IDR, IQD and others.
 */
export function money({ amount_minor: minor, currency, exponent }) {
  return `${(minor / 10 ** exponent).toFixed(exponent)} ${currency}`;
}

/** `2 × COFFEE-1KG, 1 × MUG-RED and 3 more`: the first lines of an order. */
export function gist(items, most = 2) {
  const named = items.slice(0, most).map((one) => `${one.quantity} × ${one.sku}`).join(", ");
  return items.length > most ? `${named} and ${items.length - most} more` : named;
}

/** `3 min 05 s` of milliseconds. */
export function duration(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, "0")} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

export const age = (instant) => duration(now() - Date.parse(instant));

export const passed = (deadline) => Boolean(deadline) && Date.parse(deadline) <= now();

/** What is left of a deadline, or that it has passed. */
export function left(deadline) {
  if (!deadline) return "–";
  return passed(deadline) ? "passed" : duration(Date.parse(deadline) - now());
}

export const clock = (instant) =>
  instant ? new Date(instant).toLocaleString([], { dateStyle: "short", timeStyle: "medium" }) : "–";

const APPLIED = {
  "approve-payment": "Approved. Payment follows.",
  "cancel-order": "Cancelled. What was done for the order is being undone.",
  "add-line-item": "Item added.",
};

const REFUSED = {
  "approve-payment": "Not approved",
  "cancel-order": "Not cancelled",
  "add-line-item": "No item added",
};

/** What became of a signal that was or will be applied, as a sentence. */
export const applied = (kind, value) => (value == null ? "Accepted. It takes effect in a moment." : APPLIED[kind]);

/** Why a signal was not applied, as a sentence. */
export function refused(kind, value) {
  if (value === "stale") return `${REFUSED[kind]}: the lines changed since you saw them.`;
  if (value === "superseded") return `${REFUSED[kind]}: a cancel or an earlier approval came first.`;
  return `${REFUSED[kind]}: ${value}.`;
}
