// The API as the views call it. Every refusal is a Problem with the server's own words.

import { synchronise } from "./clock.js";
import { API, forget, token } from "./session.js";

export class Problem extends Error {
  /** `status` is the HTTP status, 0 when nobody answered. */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

const kept = new Map(); // path -> {tag, body}: what is unchanged is not sent again

/** Read something. */
export async function get(path) {
  const known = kept.get(path);
  const answer = await call(path, { headers: known ? { "If-None-Match": known.tag } : {} });
  if (answer.status === 304) return known.body;
  const body = await answer.json();
  const tag = answer.headers.get("ETag");
  if (tag) kept.set(path, { tag, body });
  return body;
}

const MOST_PAGES = 10;

/** `{found, more}`: all entries of a list, read page by page (`path` has a query), and whether there
 * are `more` than were read. */
export async function all(path, field, most = MOST_PAGES) {
  const found = [];
  let cursor = null;
  for (let page = 0; page < most; page += 1) {
    const told = await get(cursor === null ? path : `${path}&cursor=${encodeURIComponent(cursor)}`);
    found.push(...told[field]);
    cursor = told.next_cursor;
    if (cursor === null) break;
  }
  return { found, more: cursor !== null };
}

const unanswered = new Map(); // what was asked for -> its key: asking again must not do it twice

/** Ask for something; waits a few seconds for a signal's outcome. */
export async function post(path, body) {
  const asked = `${path} ${JSON.stringify(body)}`;
  const key = unanswered.get(asked) ?? crypto.randomUUID();
  const headers = { "Content-Type": "application/json", "Idempotency-Key": key };
  if (/^\/approvals\/|\/signals\//.test(path)) headers.Prefer = "wait=5";
  unanswered.set(asked, key);
  try {
    const answer = await call(path, { method: "POST", headers, body: body && JSON.stringify(body) });
    unanswered.delete(asked);
    return answer.status === 204 ? null : await answer.json();
  } catch (problem) {
    if (problem.status >= 400 && problem.status < 500) unanswered.delete(asked);
    throw problem;
  }
}

async function call(path, request) {
  const headers = token() ? { ...request.headers, Authorization: `Bearer ${token()}` } : request.headers;
  let answer;
  try {
    answer = await fetch(new URL(path.slice(1), API), { ...request, headers });
  } catch {
    throw new Problem(0, "The API does not answer.");
  }
  synchronise(answer.headers.get("Date"));
  if (answer.ok || answer.status === 304) return answer;
  if (answer.status === 401) forget();
  throw new Problem(answer.status, await reason(answer));
}

async function reason(answer) {
  try {
    const told = await answer.json();
    const fields = (told.errors ?? []).map((one) => `${one.field}: ${one.problem}`);
    return [told.detail ?? told.message, ...fields].join(" ");
  } catch {
    return `The server answered with status ${answer.status}.`;
  }
}
