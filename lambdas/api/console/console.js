// The page: which view, as whom, and what happens when something goes wrong.

import { h, show } from "./dom.js";
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
  header(who);
  if (!who) return show(main, welcome());
  const [, name = "orders", id] = location.hash.split("/");
  const wanted = VIEWS.find((one) => one.name === name) ?? VIEWS[0];
  document.title = `${id ?? wanted.title} · Orders`;
  tell("");
  if (!wanted.roles.some((role) => who.roles.includes(role))) {
    return show(main, h("h1", {}, "Not for you"), forbidden(wanted, who));
  }
  const page = { main, who, tell, fail };
  leave = (id ? order(page, id) : wanted.view(page)) ?? leave;
}

/** Tell something good in passing. */
function tell(text) {
  show(document.getElementById("alert"));
  show(document.getElementById("notice"), text && h("p", {}, text));
}

/** Tell what went wrong; an expired session can be renewed on the spot. */
function fail(problem) {
  show(document.getElementById("notice"));
  const again = problem.status === 401
    ? [h("p", {}, "Your session has expired. What you typed is still here; sign in again to go on."),
       h("button", { onclick: signIn }, "Sign in again")]
    : [h("p", {}, problem.message)];
  const close = h("button", { class: "plain", "aria-label": "Dismiss", onclick: dismiss }, "×");
  show(document.getElementById("alert"), h("div", {}, ...again), close);
}

const dismiss = () => show(document.getElementById("alert"));

function header(who) {
  const current = location.hash.split("/")[1] || "orders";
  const seen = VIEWS.filter((one) => who && one.roles.some((role) => who.roles.includes(role)));
  show(document.getElementById("nav"), ...seen.map((one) => h("a", {
    href: `#/${one.name}`, "aria-current": one.name === current ? "page" : null,
  }, one.title)));
  show(document.getElementById("who"), who && h("span", {}, `${who.name} (${who.roles.join(", ") || "no role"})`),
    who && h("button", { class: "plain", onclick: signOut }, "Sign out"));
}

const welcome = () => h("section", { class: "card narrow" },
  h("h1", {}, "Orders"),
  h("p", {}, "Place orders, approve them, see where each one stands."),
  h("button", { class: "primary", onclick: () => signIn().catch(fail) }, "Sign in"));

const forbidden = (wanted, who) => h("p", {},
  `${wanted.title} is for the role ${wanted.roles.join(" or ")}; you are ${who.roles.join(", ") || "without one"}. `,
  "Ask an administrator, or sign in as somebody else.");

window.addEventListener("hashchange", route);
try {
  await comeBack();
} catch (problem) {
  fail(problem);
}
await route();
