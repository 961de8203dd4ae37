// One order: where it stands, what was done, and the signals that it takes now.

import { get } from "./api.js";
import { diagram } from "./diagram.js";
import { h, show, update } from "./dom.js";
import { chooser, retraced } from "./executions.js";
import { events, facts, items, ledger, standing } from "./facts.js";
import { form } from "./forms.js";
import { live } from "./live.js";
import { addition, cancellation, changed, send, takes } from "./signals.js";
import { money } from "./words.js";

const PARTS = ["actions", "graph", "facts", "items", "ledger", "events"];

export function order(page, id) {
  const { main, who } = page;
  const parts = Object.fromEntries(PARTS.map((name) => [name, h("section", { class: `card ${name}` })]));
  const head = h("section", { class: "card standing" }, h("p", { class: "quiet" }, "Loading…"));
  let told = null; // the newest answer
  let run = null; // its newest execution, and what the histories say if there are more and they may be read
  let histories = null;
  let chosen = null; // the execution to draw, if not the newest
  let seen = null; // the order as whoever looks at it knows it

  /** An unchanged order has an unchanged timeline. Its execution may go on: the API answers 304 as
   * long as its history need not be read again. */
  async function look() {
    const now = await get(`/orders/${id}`);
    const [execution, timeline] = await Promise.all([
      get(`/orders/${id}/execution`), now === told ? null : get(`/orders/${id}/timeline`)]);
    const readable = execution.epoch > 1 && who.roles.includes("operator");
    if (!readable) histories = null;
    else if (!histories || execution !== run) histories = await get(`/orders/${id}/history`);
    run = execution;
    told = now;
    seen ??= now;
    draw();
    drawRun();
    if (timeline) update(parts.events, ...events(timeline, now.total));
  }

  function drawRun() {
    const shown = histories && chosen ? chosen : run.epoch;
    const states = shown === run.epoch ? run.states
      : retraced(run.states, histories.events.filter((one) => one.epoch === shown));
    update(parts.graph, h("h2", {}, "Workflow"), chooser(run.epoch, shown, histories, choose, lead),
      diagram({ ...run, states }, told.ledger));
  }

  function choose(epoch) {
    chosen = epoch;
    drawRun();
  }

  function lead() {
    parts.events.scrollIntoView();
    parts.events.querySelector("ol").focus();
  }

  function draw() {
    update(head, ...standing(told));
    update(parts.actions, ...actions());
    update(parts.facts, ...facts(told));
    update(parts.items, ...items(told));
    update(parts.ledger, ...ledger(told));
  }

  function actions() {
    const mine = [takes(told, "approve-payment", who) && approval(),
      takes(told, "add-line-item", who) && addition(ask),
      takes(told, "cancel-order", who) && cancellation(id, ask)].filter(Boolean);
    return [h("h2", {}, "What you can do now"), ...mine,
      mine.length ? null : h("p", { class: "quiet" }, "Nothing can be done with this order now.")];
  }

  function approval() {
    const news = changed(seen, told, () => { seen = told; draw(); });
    if (news) return news;
    return form("Approve payment", [h("p", {}, `${money(told.total)}, as the lines stand at revision ${told.revision}.`)],
      () => ask("approve-payment", { revision: seen.revision }));
  }

  async function ask(kind, body) {
    const worked = await send(page, id, kind, body);
    await watch.now();
    return worked;
  }

  show(main, h("h1", {}, "Order ", h("span", { class: "id" }, id)), head,
    h("div", { class: "order" }, ...PARTS.map((name) => parts[name])));
  const watch = live(look, { ...page, fail: (problem) => {
    if (problem.status !== 404) return page.fail(problem);
    return show(main, h("h1", {}, "No such order"),
      h("p", {}, `${id} does not exist, or is not yours. `, h("a", { href: "#/orders" }, "All orders")));
  } });
  return watch.end;
}
