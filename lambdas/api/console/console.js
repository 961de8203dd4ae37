// The page: which view, as whom, and what happens when something goes wrong.

import { address } from "./address.js";
import { h, show, update } from "./dom.js";
import { approval } from "./approval.js";
import { comeBack, person, signIn, signOut } from "./session.js";
import { desk } from "./desk.js";
import { insights } from "./insights.js";
import { order } from "./order.js";
import { orders } from "./orders.js";

const main = document.getElementById("main");
const VIEWS = [
  { name: "orders", title: "Orders", roles: ["customer", "approver", "operator"], view: orders },
  { name: "desk", title: "Desk", roles: ["approver"], view: desk },
  { name: "insights", title: "Insights", roles: ["operator"], view: insights },
];
let leave = () => {};

/** Show what the address asks for. */
async function route() {
  leave();
  leave = () => {};
  const who = person();
  const page = { main, who, tell, fail, calm, enter, change };
  const { name, id } = address();
  header(who);
  document.title = "Order workflow";
  if (name === "approval") {
    document.title = "Approval · Order workflow"; // the code stays in the address
    leave = approval(page, id) ?? leave;
    return;
  }
  if (!who) return show(main, welcome());
  const wanted = VIEWS.find((one) => one.name === name) ?? VIEWS[0];
  document.title = `${id ?? wanted.title} · Order workflow`;
  if (!wanted.roles.some((role) => who.roles.includes(role))) {
    return show(main, h("h1", {}, "Not for you"), forbidden(wanted, who));
  }
  leave = (id ? order(page, id) : wanted.view(page)) ?? leave;
}

/** Tell something good in passing; an empty text takes back what was told. */
function tell(text) {
  calm();
  update(document.getElementById("notice"), text && h("p", {}, text));
}

/** Tell what went wrong; an expired session can be renewed, and leads back to the same view. */
function fail(problem) {
  show(document.getElementById("notice"));
  const again = problem.status === 401
    ? [h("p", {}, "Your session has expired. Sign in again to come back to this page."),
       h("button", { onclick: enter }, "Sign in again")]
    : [h("p", {}, problem.message)];
  const close = h("button", { class: "plain", "aria-label": "Dismiss", onclick: calm }, "×");
  update(document.getElementById("alert"), h("div", {}, ...again), close);
}

/** Take back what went wrong. */
const calm = () => show(document.getElementById("alert"));

const enter = () => signIn().catch(fail);
const change = () => goOut(location.hash);

/** Whoever signs out is out, also if the API is down. */
const goOut = (view) => signOut(view).catch(async (problem) => {
  await route();
  fail(problem);
});

function header(who) {
  const current = address().name || "orders";
  const seen = VIEWS.filter((one) => who && one.roles.some((role) => who.roles.includes(role)));
  show(document.getElementById("nav"), ...seen.map((one) => h("a", {
    href: `#/${one.name}`, "aria-current": one.name === current ? "page" : null,
  }, one.title)));
  show(document.getElementById("who"), who && h("span", {}, `${who.name} (${who.roles.join(", ") || "no role"})`),
    who && h("button", { class: "plain", onclick: () => goOut() }, "Sign out"));
}

const welcome = () => h("section", { class: "card narrow" },
  h("h1", {}, "Order workflow"),
  h("p", {}, "Place orders, approve them, see where each one stands."),
  h("button", { class: "primary", onclick: enter }, "Sign in"));

const forbidden = (wanted, who) => h("p", {},
  `${wanted.title} is for the role ${wanted.roles.join(" or ")}; you are ${who.roles.join(", ") || "without one"}. `,
  "Ask an administrator, or sign in as somebody else.");

function skip(event) {
  event.preventDefault(); // an address of its own would lead away from the view
  main.focus();
}

async function turn() {
  tell("");
  await route();
  main.focus();
  window.scrollTo(0, 0);
}

document.querySelector(".skip").addEventListener("click", skip);
window.addEventListener("hashchange", turn);
try {
  await comeBack();
} catch (problem) {
  fail(problem);
}
await route();
