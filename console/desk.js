// Desk: the orders that wait for approval, oldest first, one at a time.

import { all, get } from "./api.js";
import { h, show, update } from "./dom.js";
import { approvals, items } from "./facts.js";
import { once } from "./forms.js";
import { live } from "./live.js";
import { changed, doneBy, endForms, looker, mayApprove, send } from "./signals.js";
import { age, gist, left, money } from "./words.js";

const FOLDED = 4; // entries that the style sheet shows of a folded queue

export function desk(page) {
  const { main, who, fail } = page;
  let waiting = [];
  let current = null; // the displayed order, in the version that the approver has acknowledged
  let newest = null; // the newest version of the same order
  let done = null; // the outcome of the previous order, shown until the approver opens the next one
  let deciding = false; // a decision was sent and not answered yet
  let unfolded = false; // narrow screens fold the queue, to keep the order visible
  const beat = looker();
  const more = h("div", {}); // notice about orders that are not listed
  const queue = h("ol", { class: "queue folded", "aria-label": "Waiting, oldest first" }, h("li", { class: "quiet", "data-loading": true }, "Loading…"));
  const unfold = h("div", { class: "unfold" });
  const sheet = h("section", { class: "card", "aria-label": "Order to decide" });

  async function look() {
    const answer = await all("/orders?stage=awaiting-approval&limit=100", "orders");
    update(more, answer.more && h("p", { class: "stuck" }, `More orders wait. The list has only the newest ${answer.found.length}.`));
    waiting = answer.found.filter((one) => mayApprove(one, who)).toReversed();
    if (current) await compare();
    else if (!done && waiting.length) choose(waiting[0]);
    draw();
    if (current) await beat(current.order_id);
  }

  /** Read the displayed order again. The approver acknowledges a change before they can approve, and
   * another order never replaces the displayed one without a click. */
  async function compare() {
    const { order_id: id } = current;
    const now = await get(`/orders/${id}`);
    if (deciding || id !== current?.order_id) return;
    if (mayApprove(now, who)) newest = now;
    else finish(`Order ${id} no longer needs your decision: it is ${now.stage}.`);
  }

  function finish(text) {
    waiting = waiting.filter((one) => one.order_id !== current.order_id);
    [current, newest, done] = [null, null, text];
  }

  function choose(one) {
    [current, newest, done] = [one, one, null];
    page.notify("");
    draw();
    beat(one.order_id).catch(fail);
  }

  function draw() {
    update(queue, ...waiting.map(entry),
      waiting.length ? null : h("li", { class: "quiet", "data-key": "none" }, "No order waits for approval."));
    queue.classList.toggle("folded", !unfolded);
    update(unfold, waiting.length > FOLDED && h("button", { "aria-expanded": String(unfolded), onclick: fold },
      unfolded ? "Show fewer orders" : `Show all ${waiting.length} orders`));
    sheet.hidden = !current && !done;
    update(sheet, ...(current ? decision() : [h("p", {}, done), waiting.length > 0 && next()]));
  }

  function fold() {
    unfolded = !unfolded;
    draw();
  }

  const entry = (one) => h("li", { "data-key": one.order_id }, h("button", {
    "aria-current": one.order_id === current?.order_id ? "true" : null, onclick: () => choose(one),
  }, h("span", { class: "sum" }, money(one.total)), ` ${one.customer_id}, `, h("span", { class: "id" }, `…${one.order_id.slice(-6)}`),
  h("span", { class: "gist" }, gist(one.items)),
  h("small", {}, `${age(one.created_at)} old, ${left(one.approval_deadline)} left`)));

  function decision() {
    const news = changed(current, newest, () => { current = newest; draw(); });
    return [h("h2", { "data-key": current.order_id }, h("a", { href: `#/orders/${current.order_id}`, class: "id" }, current.order_id)),
      news,
      h("p", {}, `${current.customer_id}${current.enrichment.customer_tier ? ` (${current.enrichment.customer_tier})` : ""}`),
      approvals(newest), ...items(current),
      h("div", { class: "row", "data-key": `actions ${current.order_id}` },
        h("button", { class: "primary", disabled: news != null, onclick: approve }, "Approve", keyHint("a")), next()),
      ...endForms(current, who, ask)];
  }

  const next = () => h("button", { onclick: skip }, "Next", keyHint("n"));

  const keyHint = (letter) => h("span", { class: "keys" }, ` (${letter})`);

  const approve = () => once(sheet, async () => {
    if (current && newest.revision === current.revision) await ask("approve-payment", { revision: current.revision });
  });

  async function ask(kind, body) {
    const { order_id: id } = current;
    deciding = true;
    const worked = await send(page, id, kind, body);
    deciding = false;
    if (worked && id === current?.order_id) finish(`You ${doneBy(kind)} order ${id}.`);
    await watch.now();
    return worked;
  }

  function skip() {
    const index = waiting.findIndex((one) => one.order_id === current?.order_id);
    if (waiting.length) choose(waiting[(index + 1) % waiting.length]);
  }

  function key(event) {
    if (event.repeat || event.target.matches("input") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "a") approve();
    if (event.key === "n") skip();
    if (event.key === "d") {
      event.preventDefault(); // the letter must not become part of the reason
      sheet.querySelector("input[name=reason]")?.focus();
    }
  }

  document.addEventListener("keydown", key);
  show(main, h("h1", {}, "Desk"), h("p", { class: "quiet keys" }, "Keys: a approves, d declines (type a reason, then Enter), n opens the next order."),
    more, h("div", { class: "desk" }, h("div", {}, queue, unfold), sheet));
  const watch = live(look, page);
  return () => {
    document.removeEventListener("keydown", key);
    watch.end();
  };
}
