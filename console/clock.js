// The time of the server: deadlines are in server time, and the clock of the browser may be wrong.

let offset = 0; // milliseconds: server time minus browser time

/** Set the clock from the header `Date` of an answer, which has whole seconds. */
export function synchronise(date) {
  const instant = Date.parse(date ?? "");
  if (Number.isNaN(instant)) return;
  const ahead = instant - Date.now();
  if (Math.abs(ahead - offset) > 2000) offset = ahead; // smaller differences come from rounding
}

/** The current time in epoch milliseconds. */
export const now = () => Date.now() + offset;

const HOUR_MS = 3_600_000;

/** The periods that a list can be limited to: name -> milliseconds. */
export const PERIODS = { "last hour": HOUR_MS, "last day": 24 * HOUR_MS, "last week": 7 * 24 * HOUR_MS };

/** Whether a time is within a period that ends now. No period, or an unknown one, has no limit. */
export const isWithin = (period, time) => !(period in PERIODS) || now() - Date.parse(time) <= PERIODS[period];
