// The session: OAuth 2.0, authorization code with PKCE, on the sign-in page of the user pool.
// The token is only in the session storage of this tab.

export const API = new URL("./", location.origin + location.pathname).href;
const PAGE = location.origin + location.pathname;

const base64url = (bytes) =>
  btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const random = () => base64url(crypto.getRandomValues(new Uint8Array(48)));

export const token = () => sessionStorage.getItem("token");

/** `{name, roles}` of the signed-in user, or null. */
export function person() {
  const claims = token() && claimsOf(token());
  if (!claims) return null;
  return { name: claims.username ?? claims.client_id, roles: claims["cognito:groups"] ?? [] };
}

/** The claims of a token. Returns null and removes the token if it cannot be read. */
function claimsOf(text) {
  try {
    const bytes = Uint8Array.from(atob(text.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes));
    if (claims.username ?? claims.client_id) return claims;
  } catch {
    // handled like a token without a name
  }
  removeToken();
  return null;
}

/** Go to the sign-in page, which returns to the current view. */
export async function signIn() {
  const endpoints = await signInEndpoints();
  const [verifier, state] = [random(), random()];
  sessionStorage.setItem("sign-in", JSON.stringify({ verifier, state, view: location.hash }));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  location.assign(`${new URL(endpoints.authorize_url, API)}?${new URLSearchParams({
    client_id: endpoints.client_id, redirect_uri: PAGE, response_type: "code", scope: endpoints.scope, state,
    code_challenge: base64url(new Uint8Array(digest)), code_challenge_method: "S256",
  })}`);
}

/** Remove the token, then sign out at the user pool. `view` is the view to show afterwards. */
export async function signOut(view = "") {
  sessionStorage.clear();
  if (view) sessionStorage.setItem("view", view);
  const endpoints = await signInEndpoints().catch(() => {
    throw new Error("You are signed out on this page. You may still be signed in on the sign-in page: the API did not return its URL.");
  });
  location.assign(`${new URL(endpoints.logout_url, API)}?${new URLSearchParams({
    client_id: endpoints.client_id, logout_uri: PAGE,
  })}`);
}

export const removeToken = () => sessionStorage.removeItem("token");

/** Exchange the code of the sign-in page for a token, if there is one, and restore the view. */
export async function finishSignIn() {
  const view = sessionStorage.getItem("view");
  sessionStorage.removeItem("view");
  if (view && !location.hash) history.replaceState(null, "", PAGE + view);
  const query = new URLSearchParams(location.search);
  if (!query.has("code") && !query.has("error")) return;
  const sent = JSON.parse(sessionStorage.getItem("sign-in") ?? "{}");
  sessionStorage.removeItem("sign-in");
  history.replaceState(null, "", PAGE + (sent.view ?? ""));
  if (query.has("error")) throw new Error(`Signing in failed: ${query.get("error")}`);
  if (!sent.state && token()) return; // the sign-in page was opened again, with Back
  if (query.get("state") !== sent.state) throw new Error("Signing in failed: the answer does not match the request. Try again.");
  const endpoints = await signInEndpoints();
  const answer = await fetch(new URL(endpoints.token_url, API), {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code", client_id: endpoints.client_id, redirect_uri: PAGE,
      code: query.get("code"), code_verifier: sent.verifier,
    }),
  });
  if (!answer.ok) throw new Error("Signing in failed: the code was refused. Try again.");
  sessionStorage.setItem("token", (await answer.json()).access_token);
}

async function signInEndpoints() {
  const answer = await fetch(new URL("sign-in", API));
  if (!answer.ok) throw new Error("The API did not return the sign-in endpoints. Try again later.");
  return answer.json();
}
