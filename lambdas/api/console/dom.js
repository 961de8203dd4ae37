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
 * focus, what they typed, or where they scrolled. `data-key` keeps different things apart. */
export function update(element, ...children) {
  const held = [...element.childNodes];
  const wanted = real(children).map((one) => (one instanceof Node ? one : new Text(one)));
  wanted.forEach((fresh, index) => {
    const old = held[index];
    if (!old) element.append(fresh);
    else if (!alike(old, fresh)) old.replaceWith(fresh);
    else if (old instanceof Text) { if (old.data !== fresh.data) old.data = fresh.data; }
    else become(old, fresh);
  });
  held.slice(wanted.length).forEach((old) => old.remove());
}

const alike = (old, fresh) => old.nodeName === fresh.nodeName && old.dataset?.key === fresh.dataset?.key;

function become(old, fresh) {
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
