// One order: its stage, its effects, and the signals that it admits now.

import { get } from "./api.js";
import { diagram } from "./diagram.js";
import { h, show, update } from "./dom.js";
import { chooser, retraced, save } from "./executions.js";
import { events, facts, items, ledger, standing } from "./facts.js";
import { form } from "./forms.js";
import { live } from "./live.js";
import { changeForms, changed, endForms, mayApprove, send } from "./signals.js";
import { operations } from "./operations.js";
import { settlement } from "./settlement.js";
import { money } from "./words.js";

const PARTS = ["actions", "graph", "facts", "items", "ledger", "events"];

export function order(page, id) {
  const { main, who } = page;
  const parts = Object.fromEntries(PARTS.map((name) => [name, h("section", { class: `card ${name}` })]));
  const head = h("section", { class: "card standing" }, h("p", { class: "quiet", "data-loading": true }, "Loading…"));
  let latest = null; // the newest version of the order
  let run = null; // the newest execution
  let histories = null; // the histories, if there are several executions and the user may read them
  let chosen = null; // the epoch of the selected execution; null for the newest
  let seen = null; // the version that the user has acknowledged

  /** Read the order. The timeline changes only with the order. The execution may change without it: the
   * API answers 304 while its history is current. */
  async function look() {
    const now = await get(`/orders/${id}`);
    const [execution, timeline] = await Promise.all([
      get(`/orders/${id}/execution`), now === latest ? null : get(`/orders/${id}/timeline`)]);
    const readable = execution.epoch > 1 && who.roles.includes("operator");
    if (!readable) histories = null;
    else if (!histories || execution !== run) histories = await get(`/orders/${id}/history`);
    run = execution;
    latest = now;
    seen ??= now;
    draw();
    drawRun();
    if (timeline) update(parts.events, ...events(timeline, now.total));
  }

  function drawRun() {
    const shown = histories && chosen ? chosen : run.epoch;
    const states = shown === run.epoch ? run.states
      : retraced(run.states, histories.state_entries.filter((one) => one.epoch === shown));
    update(parts.graph, h("h2", {}, "Workflow"), chooser(run.epoch, shown, histories, choose, lead),
      diagram({ ...run, states }, latest.ledger));
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
    update(head, ...standing(latest));
    update(parts.actions, ...actions());
    update(parts.facts, ...facts(latest));
    update(parts.items, ...items(latest));
    update(parts.ledger, ...ledger(latest));
  }

  function actions() {
    const mine = [mayApprove(latest, who) && approval(),
      ...changeForms(latest, who, ask),
      ...endForms(latest, who, ask),
      settlement(latest, page, () => watch.now()), operations(latest, page, () => watch.now())].filter(Boolean);
    return [h("h2", {}, "Actions"), ...mine,
      mine.length ? null : h("p", { class: "quiet" }, "No action is possible now.")];
  }

  function approval() {
    const news = changed(seen, latest, () => { seen = latest; draw(); });
    if (news) return news;
    return form("Approve payment", [h("p", {}, `${money(latest.total)} for revision ${latest.revision} of the order.`)],
      () => ask("approve-payment", { revision: seen.revision }));
  }

  async function ask(kind, body) {
    const worked = await send(page, id, kind, body);
    await watch.now();
    return worked;
  }

  const copy = () => navigator.clipboard.writeText(id).then(() => page.notify("The id was copied."), page.fail);
  const download = () => get(`/orders/${id}/history`).then(save).catch(page.fail);
  show(main, h("div", { class: "title" }, h("h1", {}, "Order ", h("span", { class: "id" }, id)),
    h("button", { onclick: copy }, "Copy id"),
    who.roles.includes("operator") && h("button", { onclick: download }, "Download history")), head,
    h("div", { class: "order" }, ...PARTS.map((name) => parts[name])));
  const watch = live(look, { ...page, fail: (problem) => {
    if (problem.status !== 404) return page.fail(problem);
    return show(main, h("h1", {}, "No such order"),
      h("p", {}, `${id} does not exist, or is not yours. `, h("a", { href: "#/orders" }, "All orders")));
  } });
  return watch.end;
}
