// Work without a connection: forms marked data-offline wait in this browser and are sent, once, when the connection is back.
// The service worker keeps the pages (worker.js); here is what the person writes.
import { csrfToken, element, isPhone, say, urls } from "./shell.js";
import { openDialog } from "./dialog.js";
import { toast } from "./toast.js";

const DATABASE = "kundenkreis";
const STORE = "waiting";
const EVERY = 60_000;
const AHEAD = 30 * 60_000;
const person = document.body?.dataset.person ?? "";

// --- the store --------------------------------------------------------------------------------------------------------

function database() {
  return new Promise((done, failed) => {
    const asked = indexedDB.open(DATABASE, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "key" });
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
}

async function inStore(mode, work) {
  const open = await database();
  try {
    return await new Promise((done, failed) => {
      const change = open.transaction(STORE, mode);
      const asked = work(change.objectStore(STORE));
      change.oncomplete = () => done(asked?.result);
      change.onerror = change.onabort = () => failed(change.error);
    });
  } finally {
    open.close();
  }
}

const all = async () => (await inStore("readonly", (store) => store.getAll())).sort((a, b) => a.at - b.at);
const put = (entry) => inStore("readwrite", (store) => store.put(entry));
const drop = (key) => inStore("readwrite", (store) => store.delete(key));

/** Of this person; what somebody else left unsent is not hers to see, nor to send. */
const mine = async () => (person ? (await all()).filter((entry) => entry.person === person) : []);

// --- taking ----------------------------------------------------------------------------------------------------------------------------

/** The same key for every try of one filled form, so that the server does it once. */
function keyOf(form) {
  return (form.dataset.onceKey ||= crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
}

function fieldsOf(form, submitter) {
  const fields = [...new FormData(form, submitter)].filter(([name, value]) => name !== "csrfmiddlewaretoken" && typeof value === "string");
  return fields;
}

function labelOf(form, fields) {
  const named = fields.find(([name]) => ["subject", "text", "name", "body"].includes(name))?.[1] ?? "";
  const title = form.dataset.offline || document.querySelector("h1 span, h1")?.textContent.trim() || "";
  return [named.split("\n")[0].slice(0, 80), title].filter(Boolean).join(" · ");
}

async function take(form, submitter) {
  const fields = fieldsOf(form, submitter);
  const url = new URL(submitter?.getAttribute("formaction") ?? form.getAttribute("hx-post") ?? form.getAttribute("action") ?? location.href, location.href);
  const entry = { key: keyOf(form), url: url.pathname + url.search, fields, label: labelOf(form, fields), person, at: Date.now(), state: "waiting" };
  try {
    await put(entry);
  } catch {
    return toast(say("not_kept"), "bad");
  }
  delete form.dataset.onceKey;
  // What stays on the screen is not taken a second time; the box over a timeline empties itself for the next entry.
  if (!form.closest("kk-composer")) for (const control of form.querySelectorAll("[type=submit]")) control.disabled = true;
  form.dispatchEvent(new CustomEvent("kundenkreis:queued", { bubbles: true }));
  toast(say("queued"), "good");
  show();
}

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (!form.matches?.("form[data-offline]") || navigator.onLine || !person) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    take(form, event.submitter);
  },
  true,
);

// The first try carries the key too: when only its answer was lost, sending again does nothing twice.
document.addEventListener("htmx:configRequest", (event) => {
  const form = event.target;
  if (form.matches?.("form[data-offline]") && event.detail.verb === "post") event.detail.headers["Idempotency-Key"] = keyOf(form);
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful && event.target.dataset) delete event.target.dataset.onceKey;
});
document.addEventListener(
  "htmx:sendError",
  (event) => {
    if (!event.target.matches?.("form[data-offline]") || !person) return;
    event.stopImmediatePropagation();
    take(event.target);
  },
  true,
);

// --- sending ---------------------------------------------------------------------------------------------------------------------------

async function session() {
  const answer = await fetch(urls.token, { headers: { Accept: "application/json" }, cache: "no-store" });
  if (!answer.ok || answer.redirected) return null;
  return answer.json();
}

async function send(entry, csrf) {
  const body = new URLSearchParams(entry.fields);
  const headers = { "X-CSRFToken": csrf, "Idempotency-Key": entry.key, "HX-Request": "true" };
  const answer = await fetch(entry.url, { method: "POST", body, headers });
  if (answer.redirected && new URL(answer.url).pathname.startsWith(urls.sign_in)) return { ...entry, state: "signed_out" };
  if (answer.ok) return { ...entry, state: "sent", link: answer.headers.get("HX-Redirect") ?? "" };
  if (answer.status === 409) return { ...entry, state: "conflict" };
  if (answer.status === 403 || answer.status === 404 || answer.status === 410) return { ...entry, state: "impossible" };
  if (answer.status >= 500 || answer.status === 429) return entry; // the next round tries again
  return { ...entry, state: "refused" };
}

/** One tab sends at a time. */
async function sync() {
  if (!person || !urls.token || !navigator.onLine) return;
  const waiting = (await mine()).filter((entry) => ["waiting", "signed_out"].includes(entry.state));
  if (!waiting.length) return show();
  const once = navigator.locks ? (work) => navigator.locks.request("kundenkreis-sync", { ifAvailable: true }, (lock) => lock && work()) : (work) => work();
  await once(async () => {
    const now = await session();
    if (!now || now.person !== person) {
      for (const entry of waiting) await put({ ...entry, state: "signed_out" });
      return;
    }
    let sent = 0;
    for (const entry of waiting) {
      const after = await send(entry, now.csrf);
      await put({ ...after, ended: Date.now() });
      sent += after.state === "sent";
    }
    if (sent) toast(say(sent === 1 ? "sent_one" : "sent", { count: sent }), "good");
  }).catch(() => {}); // the connection went away again: what waits still waits
  show();
}

// --- showing ------------------------------------------------------------------------------------------------------------------------------

const bar = document.getElementById("waiting");
const list = document.getElementById("waiting-list");
const OPEN = ["conflict", "refused", "impossible", "signed_out", "waiting"];

async function show() {
  if (!bar || !person) return;
  let entries;
  try {
    entries = await mine();
  } catch {
    return; // a browser that keeps nothing
  }
  const open = entries.filter((entry) => OPEN.includes(entry.state));
  const stuck = open.filter((entry) => entry.state !== "waiting");
  bar.hidden = navigator.onLine && !open.length;
  bar.classList.toggle("is-stuck", stuck.length > 0);
  const text = stuck.length ? say("needs_you", { count: stuck.length }) : open.length ? say(open.length === 1 ? "waiting_one" : "waiting", { count: open.length }) : say("you_are_offline");
  bar.querySelector("[data-text]").textContent = text;
  bar.querySelector("button").hidden = !entries.length;
  list.replaceChildren(...entries.map(row));
}

function row(entry) {
  const item = element("li", `waiting-row is-${entry.state}`);
  const body = element("span", "list-body");
  body.append(element("b", "", entry.label || entry.url), element("small", "second", `${new Date(entry.at).toLocaleString(document.documentElement.lang)} · ${say(`state_${entry.state}`)}`));
  const end = element("span", "list-end row");
  if (["conflict", "refused"].includes(entry.state)) end.append(button(say("look"), () => look(entry)));
  if (entry.state === "sent" && entry.link) {
    const link = element("a", "button button-small", say("open"));
    link.href = entry.link;
    end.append(link);
  }
  end.append(button(say(entry.state === "sent" ? "close" : "throw_away"), async () => {
    if (entry.state !== "sent" && !confirm(say("throw_away_sure"))) return;
    await drop(entry.key);
    show();
  }));
  item.append(body, end);
  return item;
}

function button(text, work) {
  const made = element("button", "button button-small", text);
  made.type = "button";
  made.addEventListener("click", work);
  return made;
}

/** Sent as a form of the page, so that the server's own page shows both sides, or what is missing, with what was written. */
async function look(entry) {
  const form = element("form");
  form.method = "post";
  form.action = entry.url;
  const now = await session().catch(() => null);
  for (const [name, value] of [...entry.fields, ["csrfmiddlewaretoken", now?.csrf ?? csrfToken()]]) {
    const field = element("input");
    Object.assign(field, { type: "hidden", name, value });
    form.append(field);
  }
  await put({ ...entry, state: "looked_at" });
  document.body.append(form);
  form.submit();
}

bar?.querySelector("button")?.addEventListener("click", () => openDialog(document.getElementById("waiting-dialog")));

/** What was sent, or looked at, in an earlier hour needs no line any more. */
async function tidy() {
  for (const entry of await all()) {
    const done = ["sent", "looked_at"].includes(entry.state) && Date.now() - (entry.ended ?? entry.at) > 3_600_000;
    if (done) await drop(entry.key);
  }
}

// --- signing out takes everything with it -------------------------------------------------------------------------------------------------

async function forgetEverything() {
  for (const key of Object.keys(localStorage)) if (key.startsWith("kundenkreis-draft:")) localStorage.removeItem(key);
  navigator.serviceWorker?.controller?.postMessage({ forget: true });
  await Promise.allSettled([caches?.delete("pages"), inStore("readwrite", (store) => store.clear())]);
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!urls.sign_out || form.getAttribute("action") !== urls.sign_out || form.dataset.forgotten || !form.closest("#me-menu")) return;
  event.preventDefault();
  const open = (await mine().catch(() => [])).filter((entry) => OPEN.includes(entry.state));
  if (open.length && !confirm(say("sign_out_unsent", { count: open.length }))) return;
  await forgetEverything().catch(() => {});
  form.dataset.forgotten = "1";
  form.submit();
});

// --- begin ----------------------------------------------------------------------------------------------------------------------------------

async function fetchAhead(worker) {
  const installed = window.matchMedia("(display-mode: standalone)").matches;
  const last = Number(sessionStorage.getItem("kundenkreis-ahead") ?? 0);
  if (!person || !urls.wanted || (!isPhone() && !installed) || Date.now() - last < AHEAD) return;
  sessionStorage.setItem("kundenkreis-ahead", String(Date.now()));
  const answer = await fetch(urls.wanted);
  if (answer.ok && !answer.redirected) worker.postMessage({ wanted: (await answer.json()).pages });
}

async function begin() {
  if (person) {
    await tidy().catch(() => {});
    show();
    sync();
  }
  if (!("serviceWorker" in navigator) || !urls.worker) return;
  await navigator.serviceWorker.register(urls.worker, { scope: "/" });
  const ready = await navigator.serviceWorker.ready;
  await fetchAhead(ready.active);
}
if (document.readyState === "complete") begin().catch(() => {});
else window.addEventListener("load", () => begin().catch(() => {}));
window.addEventListener("online", () => sync());
window.addEventListener("offline", () => show());
document.addEventListener("visibilitychange", () => document.hidden || sync());
setInterval(() => sync(), EVERY);
