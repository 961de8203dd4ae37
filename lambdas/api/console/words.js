// How values are written for people.

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

export const EFFECTS = { intent: ["…", "intent"], done: ["✓", "done"], undone: ["↺", "undone"] };

/** `25.00 EUR`: the browser knows how many decimals a currency has. */
export function money({ amount_minor: minor, currency }) {
  const format = new Intl.NumberFormat("en", { style: "currency", currency, currencyDisplay: "code" });
  const digits = format.resolvedOptions().maximumFractionDigits;
  return format.format(minor / 10 ** digits);
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

export const age = (instant) => duration(Date.now() - Date.parse(instant));

export const passed = (deadline) => Boolean(deadline) && Date.parse(deadline) <= Date.now();

/** What is left of a deadline, or that it has passed. */
export function left(deadline) {
  if (!deadline) return "–";
  return passed(deadline) ? "passed" : duration(Date.parse(deadline) - Date.now());
}

export const clock = (instant) =>
  instant ? new Date(instant).toLocaleString([], { dateStyle: "short", timeStyle: "medium" }) : "–";

/** What became of a signal, as a sentence. */
export function outcome(value) {
  if (value == null) return "accepted; its outcome comes in a moment";
  if (value === "applied") return "applied";
  if (value === "stale") return "stale: the lines changed since you saw them, so nothing was approved";
  if (value === "superseded") return "superseded: a cancel or an earlier approval came first";
  return value;
}
