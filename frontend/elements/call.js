// a[data-call]: a phone number whose call can be reported. After a click the report is offered, at once or on return from the dialler; what was
// not answered yet is offered again after a reload, for half a day. Without this the link only dials.
import htmx from "htmx.org";
import { openDialog } from "./dialog.js";
import { restoreDraft } from "./draft.js";

const KEY = `kundenkreis-call:${document.body?.dataset.person ?? ""}`;
const OLDEST = 12 * 3600 * 1000;
const DIALLER = 600; // milliseconds in which the dialler takes over
const shared = document.getElementById("shared-dialog");
const body = document.getElementById("shared-dialog-body");

function waiting() {
  try {
    const call = JSON.parse(localStorage.getItem(KEY) ?? "null");
    return call && Date.now() - call.at < OLDEST ? call : null;
  } catch {
    return null;
  }
}

function remember(call) {
  try {
    localStorage.setItem(KEY, JSON.stringify(call));
  } catch {
    // a full or forbidden store: the report is offered now or not at all
  }
}

const forget = () => localStorage.removeItem(KEY);
const form = () => body?.querySelector("form[data-call-report]");

async function offer(call) {
  if (!call || !shared || shared.open || document.hidden || !navigator.onLine) return;
  await htmx.ajax("get", `${call.url}&at=${call.at}`, { target: "#shared-dialog-body", swap: "innerHTML" });
  if (!form()) return forget(); // gone, or not hers to report any more
  form().elements.next.value = location.pathname + location.search;
  document.getElementById("shared-dialog-title").textContent = form().dataset.title;
  restoreDraft(form());
  openDialog(shared);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-call]");
  if (!link) return;
  const call = { url: link.dataset.call, at: Date.now() };
  remember(call);
  setTimeout(() => offer(call), DIALLER);
});
document.addEventListener("visibilitychange", () => offer(waiting()));
window.addEventListener("online", () => offer(waiting()));
// Said "no report", or closed it another way.
shared?.addEventListener("close", () => form() && forget());
// Before htmx goes to the next page, which would offer it again.
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const { xhr, elt, requestConfig } = event.detail;
  if (xhr.status < 300 && requestConfig?.verb === "post" && elt?.matches?.("form[data-call-report]")) forget();
});
document.addEventListener("kundenkreis:queued", (event) => {
  if (!event.target.matches?.("form[data-call-report]")) return;
  forget();
  shared.close();
});
offer(waiting());
