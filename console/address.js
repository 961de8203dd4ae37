// The view that the URL fragment names, with an optional order id and the filters of the view.

const ID = /^[A-Za-z0-9_-]{1,64}$/; // an id becomes part of an API path, so nothing else is accepted

/** `{name, id, query}` of `#/name/id?query`. `id` is undefined if it is absent or malformed. */
export function address() {
  const [path, query = ""] = location.hash.split("?");
  const [, name = "orders", id] = path.split("/");
  return { name, id: ID.test(id) ? id : undefined, query: new URLSearchParams(query) };
}

/** The URL fragment of a view with its filters. Empty filters are left out. */
export function addressOf(name, chosen) {
  const query = new URLSearchParams(Object.entries(chosen).filter(([, value]) => value));
  return `#/${name}${query.size ? `?${query}` : ""}`;
}
