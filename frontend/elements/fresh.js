// A page that is older than this browser's last change is asked for again: it came by the back button, or was fetched ahead.
// The cookie names the last change (see kundenkreis/web/fresh.py); the page carries the name under which it was made.
const NAME = "kundenkreis_changed=";
const root = document.documentElement;
const changed = () => document.cookie.split("; ").find((one) => one.startsWith(NAME))?.slice(NAME.length) ?? "";
let made = root.dataset.changed ?? changed();

function check() {
  if (made === changed()) return;
  root.hidden = true; // until the new one is there: after signing out, nothing of the house is seen
  if (root.hasAttribute("data-sent")) location.replace(location.pathname + location.search); // never send a form twice
  else location.reload();
}

// Asked again already, and still different: another tab is changing things. Better shown than asked for ever.
if (performance.getEntriesByType("navigation")[0]?.type !== "reload") check();
window.addEventListener("pageshow", (event) => event.persisted && check());

// What this page changes itself it shows itself.
const before = new WeakMap();
document.addEventListener("htmx:beforeRequest", (event) => before.set(event.detail.xhr, changed()));
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.requestConfig?.verb !== "get" && before.get(event.detail.xhr) === made) made = changed();
});
