// The page: routes to a view, and shows the user, notices and errors.

import { address } from "./address.js";
import { h, show, update } from "./dom.js";
import { approval } from "./approval.js";
import { finishSignIn, person, signIn, signOut } from "./session.js";
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
const NOTICE_MS = 15_000; // a notice must not stay beside a later state of the order
let leave = () => {};
let expiry; // the timer of the notice

/** Show the view that the URL names. */
async function route() {
  leave();
  leave = () => {};
  const who = person();
  const page = { main, who, notify, fail, calm, enter, change };
  const { name, id } = address();
  header(who);
  document.title = "Order workflow";
  if (name === "approval") {
    document.title = "Approval · Order workflow"; // the title must not contain the code of the link
    leave = approval(page, id) ?? leave;
    return;
  }
  if (!who) return show(main, welcome());
  const wanted = VIEWS.find((one) => one.name === name);
  if (!wanted) return show(main, h("h1", {}, "No such page"), h("p", {}, h("a", { href: "#/orders" }, "All orders")));
  document.title = `${id ?? wanted.title} · Order workflow`;
  if (!wanted.roles.some((role) => who.roles.includes(role))) {
    return show(main, h("h1", {}, "Not allowed"), forbidden(wanted, who));
  }
  leave = (id ? order(page, id) : wanted.view(page)) ?? leave;
}

/** Show a notice for some seconds. An empty text removes it. */
function notify(text) {
  calm();
  clearTimeout(expiry);
  expiry = setTimeout(() => show(document.getElementById("notice")), NOTICE_MS);
  update(document.getElementById("notice"), text && h("p", {}, text));
}

/** Show an error. After an expired session, signing in leads back to the same view. */
function fail(problem) {
  show(document.getElementById("notice"));
  for (const one of main.querySelectorAll("[data-loading]")) one.textContent = "Not loaded.";
  const again = problem.status === 401
    ? [h("p", {}, "Your session has expired. Sign in again to come back to this page."),
       h("button", { onclick: enter }, "Sign in again")]
    : [h("p", {}, problem.message), problem.status === 0 || problem.status >= 500
        ? h("button", { onclick: () => { calm(); route(); } }, "Try again") : null, problem.roles?.length > 0 && h("button", { onclick: change }, "Sign in as another user")];
  const close = h("button", { class: "plain", "aria-label": "Dismiss", onclick: calm }, "×");
  update(document.getElementById("alert"), h("div", {}, ...again), close);
}

/** Remove the error. */
const calm = () => show(document.getElementById("alert"));

const enter = () => signIn().catch(fail);
const change = () => goOut(location.hash);

/** Sign out. This removes the token even if the API is down. */
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
  show(document.getElementById("who"), who && h("span", {}, who.name, h("span", { class: "role" }, ` (${who.roles.join(", ") || "no role"})`)),
    who && h("button", { class: "plain", onclick: () => goOut() }, "Sign out"));
}

const welcome = () => h("section", { class: "card narrow" },
  h("h1", {}, "Order workflow"),
  h("p", {}, "Place, approve and track orders."),
  h("button", { class: "primary", onclick: enter }, "Sign in"));

const forbidden = (wanted, who) => h("p", {},
  `${wanted.title} is for the role ${wanted.roles.join(" or ")}; you are ${who.roles.join(", ") || "without one"}. `,
  "Ask an administrator, or sign in as another user.");

function skip(event) {
  event.preventDefault(); // a new fragment would change the view
  main.focus();
}

async function turn() {
  notify("");
  await route();
  main.focus();
  window.scrollTo(0, 0);
}

document.querySelector(".skip").addEventListener("click", skip);
window.addEventListener("hashchange", turn);
try {
  await finishSignIn();
} catch (problem) {
  fail(problem);
}
await route();
