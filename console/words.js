// Formats values for people.

import { now } from "./clock.js";

export const STAGES = {
  "start": "▸", "enrichment": "▸", "reserve": "▸", "awaiting-approval": "…", "payment": "▸",
  "status-update": "▸", "completed": "✓", "compensating": "↺", "cancelled": "⊘", "failed": "✗",
};

/** `… awaiting approval` for `awaiting-approval`. */
export const stageText = (stage) => `${STAGES[stage] ?? "▸"} ${stage.replaceAll("-", " ")}`;

/** `✗ failed: rejected`: the stage, with the outcome if its name is another one. */
export const stageOf = ({ stage, outcome }) =>
  stageText(stage) + (outcome && outcome !== stage ? `: ${outcome.replaceAll("-", " ")}` : "");

export const PROGRESS = {
  "not-reached": ["○", "not reached"],
  "running": ["●", "in progress"],
  "succeeded": ["✓", "succeeded"],
  "compensated": ["↺", "compensated"],
  "caught": ["!", "error caught"],
  "failed": ["✗", "failed"],
  "aborted": ["■", "stopped"],
};

/** States whose effect can be compensated, with the name of the effect in the ledger. */
export const UNDOABLE = { ReserveStock: "reserve", ProcessPayment: "pay" };

/** Texts for the effects of the ledger, by state. Any other effect is shown by its name. */
const EFFECTS = {
  reserve: { intent: "stock is being reserved", done: "stock reserved", undone: "stock released", stuck: "the stock is not released yet" },
  pay: { intent: "payment is being charged", done: "paid", undone: "payment refunded or not charged", stuck: "the payment is not refunded yet" },
  debt: { intent: "a refund failed later: the amount is owed to the customer", undone: "the amount that was owed is returned" },
  dispute: { intent: "the customer disputes the payment", done: "dispute lost: the bank returned the amount to the customer", undone: "dispute won: the amount stays paid" },
  ...Object.fromEntries(["approval", "confirmation", "cancellation"].map((mail) => [`mail-${mail}`,
    { intent: `${mail} mail is being sent`, done: `${mail} mail sent`, undone: `${mail} mail not sent`, unsettled: `${mail} mail may have been sent` }])),
};

const EFFECT_ICONS = { intent: "…", done: "✓", undone: "↺" };
const DISPUTE_ICONS = { intent: "!", done: "✗", undone: "✓" }; // open, lost, won

/** The icon and the text of an effect: `stuck` and `unsettled` are states of knowledge. */
export function effectText(name, state, knowledge) {
  const kind = name.replace(/-\d+$/, "");
  return [(kind === "dispute" ? DISPUTE_ICONS : EFFECT_ICONS)[state], EFFECTS[kind]?.[knowledge] ?? `${name} ${state}`];
}

/** Labels of transitions whose rule is the decision of an activity. */
export const TRANSITION_NAMES = {
  "RouteDecision ProcessPayment": "pay", "RouteDecision AwaitSignal": "wait", "RouteDecision RequestApproval": "remind",
};

/**
 * `25.00 EUR`, in the format of e-mails and the command line. The API returns the decimals as `exponent`: `Intl`
 * formats for display and drops the decimals of IDR, IQD and others.
 */
export function money({ amount_minor: minor, currency, exponent }) {
  return `${(minor / 10 ** exponent).toFixed(exponent)} ${currency}`;
}

/** The first lines of an order: `2 × COFFEE-1KG, 1 × MUG-RED and 3 more`. */
export function gist(items, most = 2) {
  const named = items.slice(0, most).map((one) => `${one.quantity} × ${one.sku}`).join(", ");
  return items.length > most ? `${named} and ${items.length - most} more` : named;
}

/** Format milliseconds as `3 min 05 s`. */
export function duration(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, "0")} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Format milliseconds for a narrow column: `42 s`, `3 min`, `2 h`, `3 d`. */
export function brief(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const [unit, size] = [["d", 86_400], ["h", 3_600], ["min", 60]].find((one) => seconds >= one[1]) ?? ["s", 1];
  return `${Math.floor(seconds / size)} ${unit}`;
}

export const age = (instant, format = duration) => format(now() - Date.parse(instant));

export const passed = (deadline) => Boolean(deadline) && Date.parse(deadline) <= now();

/** The time until a deadline, or `passed`. */
export function left(deadline, format = duration) {
  if (!deadline) return "–";
  return passed(deadline) ? "passed" : format(Date.parse(deadline) - now());
}

/** The local time without the year: `27 Nov, 17:31`. */
export const clock = (instant) => (instant ? new Date(instant).toLocaleString([], {
  day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }) : "–");

/** The time between two instants: `850 ms`, `4 s`, `3 min 05 s`. */
export function took(from, to) {
  const milliseconds = Date.parse(to) - Date.parse(from);
  return milliseconds < 1000 ? `${Math.max(0, milliseconds)} ms` : duration(milliseconds);
}
