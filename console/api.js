// Client of the API. Every error is a Problem with the message of the server.

import { synchronise } from "./clock.js";
import { API, removeToken, token } from "./session.js";

export class Problem extends Error {
  /** `status` is the HTTP status, or 0 without an answer. `roles` are the roles that allow the action. */
  constructor(status, message, roles = []) {
    super(message);
    Object.assign(this, { status, roles });
  }
}

const kept = new Map(); // path -> {tag, body}: the server does not send an unchanged body again

/** Read a resource. */
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

/** `{found, more}`: the entries of a list, read page by page (`path` has a query), and whether more
 * pages exist than were read. */
export async function all(path, field, most = MOST_PAGES) {
  const found = [];
  let cursor = null;
  for (let page = 0; page < most; page += 1) {
    const answer = await get(cursor === null ? path : `${path}&cursor=${encodeURIComponent(cursor)}`);
    found.push(...answer[field]);
    cursor = answer.next_cursor;
    if (cursor === null) break;
  }
  return { found, more: cursor !== null };
}

const unanswered = new Map(); // request -> its key: a repeated request must have no second effect

/** Send a request. For a signal, waits up to 5 seconds for its outcome. */
export async function post(path, body) {
  const requested = `${path} ${JSON.stringify(body)}`;
  const key = unanswered.get(requested) ?? crypto.randomUUID();
  const headers = { "Content-Type": "application/json", "Idempotency-Key": key };
  if (/^\/approvals\/|\/signals\//.test(path)) headers.Prefer = "wait=5";
  unanswered.set(requested, key);
  try {
    const answer = await call(path, { method: "POST", headers, body: body && JSON.stringify(body) });
    unanswered.delete(requested);
    return answer.status === 204 ? null : await answer.json();
  } catch (problem) {
    if (problem.status >= 400 && problem.status < 500) unanswered.delete(requested);
    throw problem;
  }
}

async function call(path, request) {
  const headers = token() ? { ...request.headers, Authorization: `Bearer ${token()}` } : request.headers;
  let answer;
  try {
    answer = await fetch(new URL(path.slice(1), API), { ...request, headers });
  } catch {
    throw new Problem(0, "The API does not answer. Check the network connection and try again.");
  }
  synchronise(answer.headers.get("Date"));
  if (answer.ok || answer.status === 304) return answer;
  if (answer.status === 401) removeToken();
  throw await problem(answer);
}

const TRY_AGAIN = [429, 503]; // the advice of other problems is for programs: the page shows its own controls

/** `quantity of item 1: Must be at least 1.` for the field `items[0].quantity` */
function wrongField({ field, problem: wrong }) {
  const [, item] = field.match(/^items\[(\d+)\]\./) ?? [];
  const name = field.split(".").at(-1).replaceAll("_", " ") + (item ? ` of item ${Number(item) + 1}` : "");
  return `${name}: ${wrong}${wrong.endsWith(".") ? "" : "."}`;
}

async function problem(answer) {
  try {
    const { detail, message, advice, roles, errors = [] } = await answer.json();
    const what = errors.length ? errors.map(wrongField).join(" ") : detail ?? message;
    const parts = [what, TRY_AGAIN.includes(answer.status) && advice];
    return new Problem(answer.status, parts.filter(Boolean).join(" "), roles);
  } catch {
    return new Problem(answer.status, `The server answered with status ${answer.status}.`);
  }
}
