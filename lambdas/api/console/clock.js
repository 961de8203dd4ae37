// The server's time: a browser's clock may be wrong, and deadlines are the server's.

let offset = 0; // milliseconds that the server is ahead

/** Take the time of an answer: its header `Date`, in whole seconds. */
export function synchronise(date) {
  const instant = Date.parse(date ?? "");
  if (Number.isNaN(instant)) return;
  const ahead = instant - Date.now();
  if (Math.abs(ahead - offset) > 2000) offset = ahead; // less is the header's rounding
}

/** The present, in milliseconds since 1970. */
export const now = () => Date.now() + offset;
