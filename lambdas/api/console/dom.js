// Elements made by calls. Texts are always texts: nothing from the server becomes markup.

const SVG = "http://www.w3.org/2000/svg";
const KEPT = ["open", "aria-busy"]; // what people and forms do to an element, no drawing undoes

/** An element with properties, listeners (`onclick`) and children; null and false are left out. */
export function h(name, properties = {}, ...children) {
  return filled(document.createElement(name), properties, children);
}

/** The same for SVG. */
export function s(name, properties = {}, ...children) {
  return filled(document.createElementNS(SVG, name), properties, children);
}

/** Put children in place of what an element holds. */
export function show(element, ...children) {
  element.replaceChildren(...real(children));
}

/** The same for a view that is drawn again: an element that is wanted again stays, so nobody loses
 * focus, what they typed, or where they scrolled. `data-key` keeps different things apart, and the
 * same thing is found by it wherever it stands; what has no key is the same in the same place. */
export function update(element, ...children) {
  const wanted = real(children).map((one) => (one instanceof Node ? one : new Text(one)));
  for (const old of [...element.childNodes]) {
    if (keyed(old) && !wanted.some((fresh) => alike(old, fresh))) old.remove();
  }
  let at = element.firstChild; // what is held and was not looked at yet begins here
  for (const fresh of wanted) {
    const old = keyed(fresh) ? after(at, (one) => alike(one, fresh)) : at;
    if (!old || (keyed(old) && !alike(old, fresh))) {
      element.insertBefore(fresh, at);
      continue;
    }
    // Whatever is moved loses the focus: what stands before it and is in no other's place goes first.
    if (keyed(fresh)) while (at !== old && !keyed(at)) at = dropped(at);
    if (at === old) at = old.nextSibling;
    else element.insertBefore(old, at);
    if (alike(old, fresh)) become(old, fresh);
    else old.replaceWith(fresh);
  }
  while (at) at = dropped(at);
}

/** The node, or the first one after it, of which this is true. */
function after(node, test) {
  while (node && !test(node)) node = node.nextSibling;
  return node;
}

/** Take the node out; returns the one after it. */
function dropped(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}

const keyed = (node) => node.dataset?.key !== undefined;

const alike = (old, fresh) => old.nodeName === fresh.nodeName && old.dataset?.key === fresh.dataset?.key;

function become(old, fresh) {
  if (old instanceof Text) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !KEPT.includes(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  listen(old, fresh.deeds);
  update(old, ...fresh.childNodes);
}

const real = (children) => children.flat().filter((child) => child != null && child !== false);

function filled(element, properties, children) {
  const deeds = {};
  for (const [name, value] of Object.entries(properties)) {
    if (value == null || value === false) continue;
    if (name.startsWith("on")) deeds[name.slice(2)] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  listen(element, deeds);
  element.append(...real(children));
  return element;
}

/** `deeds` in place of what the element did before, by type of event. */
function listen(element, deeds) {
  element.deeds = deeds;
  for (const type of Object.keys(deeds)) element.addEventListener(type, dispatch);
}

const dispatch = (event) => event.currentTarget.deeds[event.type]?.(event);
