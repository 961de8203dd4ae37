// The place that the address names: a view, perhaps one order in it, and what was chosen there.

const ID = /^[A-Za-z0-9_-]{1,64}$/; // an id becomes part of a path of the API: nothing else may

/** `{name, id, query}` of `#/name/id?query`; no `id` where the address has none that can be one. */
export function address() {
  const [path, query = ""] = location.hash.split("?");
  const [, name = "orders", id] = path.split("/");
  return { name, id: ID.test(id) ? id : undefined, query: new URLSearchParams(query) };
}

/** The address of a view with what was chosen in it; what is empty is left out. */
export function addressOf(name, chosen) {
  const query = new URLSearchParams(Object.entries(chosen).filter(([, value]) => value));
  return `#/${name}${query.size ? `?${query}` : ""}`;
}
