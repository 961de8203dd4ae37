// Elements made by calls. Texts are always texts: nothing from the server becomes markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element with properties, listeners (`onclick`) and children; null children are left out. */
export function h(name, properties = {}, ...children) {
  return filled(document.createElement(name), properties, children);
}

/** The same for SVG. */
export function s(name, properties = {}, ...children) {
  return filled(document.createElementNS(SVG, name), properties, children);
}

/** Put children in place of what an element holds. */
export function show(element, ...children) {
  element.replaceChildren(...children.flat().filter((child) => child != null));
}

function filled(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value == null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child != null));
  return element;
}
