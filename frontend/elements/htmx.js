// htmx: the CSRF header, the thin line while the server works, and a sentence for everything that goes wrong.
import htmx from "htmx.org";
import { csrfToken, say, urls } from "./shell.js";
import { toast } from "./toast.js";

window.htmx = htmx;

const SENTENCES = { 403: "not_allowed", 404: "not_found", 409: "stale", 410: "not_found", 412: "stale", 413: "too_large", 429: "too_many" };
let running = 0;

function working(change) {
  running = Math.max(0, running + change);
  document.documentElement.classList.toggle("is-working", running > 0);
}

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = csrfToken();
});

document.addEventListener("htmx:beforeRequest", () => working(1));
document.addEventListener("htmx:afterRequest", (event) => {
  working(-1);
  if (event.detail.successful && event.detail.requestConfig?.verb !== "get") forgetPrefetched();
});

// A session that ran out answers with the sign-in page: never put that into a cell.
document.addEventListener("htmx:beforeSwap", (event) => {
  const arrived = event.detail.xhr.responseURL ? new URL(event.detail.xhr.responseURL).pathname : "";
  if (urls.sign_in && arrived.startsWith(urls.sign_in)) {
    event.detail.shouldSwap = false;
    toast(say("signed_out"), "bad");
  }
});

document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  toast(say(SENTENCES[status] ?? (status === 401 ? "signed_out" : "server_error")), "bad");
});
document.addEventListener("htmx:sendError", () => toast(say("offline"), "bad"));
document.addEventListener("htmx:timeout", () => toast(say("timeout"), "bad"));
window.addEventListener("online", () => toast(say("back_online"), "good"));

// A plain form sent without a connection would leave the page, and with it the text.
document.addEventListener("submit", (event) => {
  if (navigator.onLine || event.defaultPrevented || event.target.method === "dialog") return;
  event.preventDefault();
  toast(say("offline"), "bad");
});

// Feedback within 100 ms for plain links and forms as well.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  const plain = link && !event.defaultPrevented && event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!plain || link.target || link.hasAttribute("download") || link.hasAttribute("hx-get") || link.origin !== location.origin) return;
  if (link.pathname === location.pathname && link.hash) return;
  document.documentElement.classList.add("is-working");
  setTimeout(() => running || document.documentElement.classList.remove("is-working"), 8000);
});
window.addEventListener("pageshow", () => working(-running));

/** What was fetched ahead is out of date once something was changed: the rules are set anew. */
function forgetPrefetched() {
  const rules = document.querySelector('script[type="speculationrules"]');
  if (!rules) return;
  const fresh = document.createElement("script");
  fresh.type = "speculationrules";
  fresh.nonce = rules.nonce;
  fresh.textContent = rules.textContent;
  rules.replaceWith(fresh);
}
