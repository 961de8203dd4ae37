// The place that the address names: a view, perhaps one order in it, and what was chosen there.

/** `{name, id, query}` of `#/name/id?query`. */
export function address() {
  const [path, query = ""] = location.hash.split("?");
  const [, name = "orders", id] = path.split("/");
  return { name, id, query: new URLSearchParams(query) };
}

/** The address of a view with what was chosen in it; what is empty is left out. */
export function addressOf(name, chosen) {
  const query = new URLSearchParams(Object.entries(chosen).filter(([, value]) => value));
  return `#/${name}${query.size ? `?${query}` : ""}`;
}
