// form[data-guard]: what was typed is kept in this browser for this person and page until the server has it, and comes back after a
// reload or a crash. The server says by a cookie which draft it has saved (web/htmx.py: go).
import { element, say } from "./shell.js";

const PREFIX = "kundenkreis-draft:";
const SAVED = "kundenkreis_saved";
const AFTER = 400; // milliseconds since the last key
const OLDEST = 30 * 24 * 3600 * 1000;
const person = document.body?.dataset.person ?? "";
const timers = new WeakMap();

const nameOf = (form) => form.dataset.draft || location.pathname;
const keyOf = (form) => `${PREFIX}${person}:${nameOf(form)}`;
const isKept = (field) => (field.id || field.name) && !["password", "file", "submit", "button"].includes(field.type) && !["csrfmiddlewaretoken", "draft"].includes(field.name);

function values(form) {
  const kept = {};
  for (const field of form.elements) {
    if (!isKept(field)) continue;
    const tick = ["checkbox", "radio"].includes(field.type);
    const name = tick ? `${field.name}=${field.value}` : field.id || field.name;
    kept[name] = tick ? field.checked : field.multiple ? [...field.selectedOptions].map((option) => option.value) : field.value;
  }
  return kept;
}

function fill(form, kept) {
  for (const field of form.elements) {
    if (!isKept(field)) continue;
    const tick = ["checkbox", "radio"].includes(field.type);
    const value = kept[tick ? `${field.name}=${field.value}` : field.id || field.name];
    if (value === undefined) continue;
    if (tick) field.checked = value;
    else if (field.multiple) for (const option of field.options) option.selected = value.includes(option.value);
    else field.value = value;
  }
}

function write(form) {
  try {
    localStorage.setItem(keyOf(form), JSON.stringify({ at: Date.now(), values: values(form) }));
  } catch {
    // a full or forbidden store: the text is still in the fields
  }
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

function drop(form) {
  clearTimeout(timers.get(form));
  localStorage.removeItem(keyOf(form));
}

/** What the server has saved, what is old, and what another person left here goes. */
function tidy() {
  const saved = document.cookie.split("; ").find((one) => one.startsWith(`${SAVED}=`));
  if (saved) {
    localStorage.removeItem(`${PREFIX}${person}:${decodeURIComponent(saved.slice(SAVED.length + 1))}`);
    document.cookie = `${SAVED}=; path=/; max-age=0; samesite=lax`;
  }
  for (const key of Object.keys(localStorage).filter((one) => one.startsWith(PREFIX))) {
    const strange = !key.startsWith(`${PREFIX}${person}:`);
    if (strange || Date.now() - (read(key)?.at ?? Date.now()) > OLDEST) localStorage.removeItem(key);
  }
}

/** Not over what the server has just sent back with its errors: there the text stands already. */
export function restoreDraft(form) {
  const draft = read(keyOf(form));
  if (!draft?.values || form.querySelector(".field-error, [aria-invalid=true]")) return;
  const before = values(form);
  if (JSON.stringify({ ...before, version: 0 }) === JSON.stringify({ ...before, ...draft.values, version: 0 })) return drop(form);
  fill(form, draft.values);
  const note = element("p", "draft-note small second", `${say("kept_restored")} `);
  note.setAttribute("role", "status");
  const discard = element("button", "button button-small", say("discard_draft"));
  discard.type = "button";
  discard.addEventListener("click", () => {
    drop(form);
    fill(form, before);
    note.remove();
  });
  note.append(discard);
  form.prepend(note);
}

if (person) {
  tidy();
  for (const form of document.querySelectorAll("form[data-guard]")) restoreDraft(form);
}

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (!person || !form?.hasAttribute("data-guard")) return;
  clearTimeout(timers.get(form));
  timers.set(form, setTimeout(() => write(form), AFTER));
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!person || !form.matches?.("form[data-guard]")) return;
  clearTimeout(timers.get(form));
  write(form);
  const named = form.querySelector("input[name=draft]") ?? form.appendChild(Object.assign(element("input"), { type: "hidden", name: "draft" }));
  named.value = nameOf(form);
});
document.addEventListener("kundenkreis:queued", (event) => drop(event.target));
