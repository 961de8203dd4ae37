// Creates and updates elements. Strings become text nodes: no text from the server becomes markup.

const SVG = "http://www.w3.org/2000/svg";
const KEPT = ["open", "aria-busy"]; // attributes that users and forms set; an update keeps them

/** Create an element with properties, listeners (`onclick`) and children. null and false are left out. */
export function h(name, properties = {}, ...children) {
  return fill(document.createElement(name), properties, children);
}

/** Create an SVG element. */
export function s(name, properties = {}, ...children) {
  return fill(document.createElementNS(SVG, name), properties, children);
}

/** Replace the children of an element. */
export function show(element, ...children) {
  element.replaceChildren(...present(children));
}

/** Update the children of an element. Elements that match are kept, with their focus, input and
 * scroll position. Elements with the same `data-key` match wherever they are; elements without a key
 * match by position. */
export function update(element, ...children) {
  const wanted = present(children).map((one) => (one instanceof Node ? one : new Text(one)));
  for (const old of [...element.childNodes]) {
    if (hasKey(old) && !wanted.some((fresh) => matches(old, fresh))) old.remove();
  }
  let at = element.firstChild; // the first child that was not compared yet
  for (const fresh of wanted) {
    const old = hasKey(fresh) ? findFrom(at, (one) => matches(one, fresh)) : at;
    if (!old || (hasKey(old) && !matches(old, fresh))) {
      element.insertBefore(fresh, at);
      continue;
    }
    // An element that is moved loses the focus, so remove the elements without a key before it instead.
    if (hasKey(fresh)) while (at !== old && !hasKey(at)) at = removeAndAdvance(at);
    if (at === old) at = old.nextSibling;
    else element.insertBefore(old, at);
    if (matches(old, fresh)) copyInto(old, fresh);
    else old.replaceWith(fresh);
  }
  while (at) at = removeAndAdvance(at);
}

/** The first node, from `node` on, for which `test` is true. */
function findFrom(node, test) {
  while (node && !test(node)) node = node.nextSibling;
  return node;
}

/** Remove the node. Returns its next sibling. */
function removeAndAdvance(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}

/** Whether an element has a `data-key`. */
const hasKey = (node) => node.dataset?.key !== undefined;

/** Whether an update can keep `old` for `fresh`. */
const matches = (old, fresh) => old.nodeName === fresh.nodeName && old.dataset?.key === fresh.dataset?.key;

/** Give the element `old`, which stays in the document, the content of `fresh`. */
function copyInto(old, fresh) {
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
  listen(old, fresh.listeners);
  update(old, ...fresh.childNodes);
}

/** The children without null and false, which stand for optional ones. */
const present = (children) => children.flat().filter((child) => child != null && child !== false);

/** Set properties and listeners of a new element, and append its children. Returns it. */
function fill(element, properties, children) {
  const listeners = {};
  for (const [name, value] of Object.entries(properties)) {
    if (value == null || value === false) continue;
    if (name.startsWith("on")) listeners[name.slice(2)] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  listen(element, listeners);
  element.append(...present(children));
  return element;
}

/** Replace the listeners of an element, by event type. */
function listen(element, listeners) {
  element.listeners = listeners;
  for (const type of Object.keys(listeners)) element.addEventListener(type, dispatch);
}

const dispatch = (event) => event.currentTarget.listeners[event.type]?.(event);
