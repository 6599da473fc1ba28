// @ in what is written: suggests colleagues who may see it. The whole name is put into the text; the server tells them.
import { element, say, urls } from "./shell.js";

const FIELDS = ".composer-text, textarea[name=body]";
const AFTER = 120; // milliseconds
let field = null, list = null, timer, asking;

/** The letters after the last @ before the cursor; null when she writes no name there. */
function typed() {
  const before = field.value.slice(0, field.selectionStart);
  return before.match(/(?:^|[^\p{L}\p{N}_@])@([\p{L}\p{N}.\- ]{0,40})$/u)?.[1] ?? null;
}

const options = () => [...(list?.querySelectorAll("[role=option]") ?? [])];
const active = () => list?.querySelector("[aria-selected=true]");

function close() {
  asking?.abort();
  list?.remove();
  list = null;
  field?.removeAttribute("aria-activedescendant");
  field?.removeAttribute("aria-controls");
}

function activate(option) {
  active()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  if (option) field.setAttribute("aria-activedescendant", option.id);
}

function choose(name) {
  const start = field.value.lastIndexOf("@", field.selectionStart - 1);
  field.setRangeText(`@${name} `, start, field.selectionStart, "end");
  close();
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

async function ask() {
  const text = typed();
  if (!text?.trim() || text.split(" ").length > 3 || !urls.mention) return close();
  asking?.abort();
  asking = new AbortController();
  const query = new URLSearchParams({ q: text });
  for (const name of ["account", "contact"]) {
    const value = field.form?.elements[name]?.value;
    if (value) query.set(name, value);
  }
  try {
    const answer = await fetch(`${urls.mention}?${query}`, { signal: asking.signal });
    const { people } = answer.ok && !answer.redirected ? await answer.json() : { people: [] };
    show(people);
  } catch (error) {
    if (error.name !== "AbortError") close();
  }
}

function show(people) {
  close();
  if (!people.length) return;
  list = element("div", "combobox-list mention-list");
  list.id = "mention-list";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", say("colleagues"));
  people.forEach((person, index) => {
    const option = element("div", "option", person.name);
    option.id = `mention-${index}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.append(element("span", "option-sub", person.role));
    option.addEventListener("pointerdown", (event) => event.preventDefault());
    option.addEventListener("click", () => choose(person.name));
    list.append(option);
  });
  const frame = element("div", "mention");
  frame.append(list);
  list = frame;
  field.after(frame);
  field.setAttribute("aria-controls", "mention-list");
  activate(options()[0]);
}

document.addEventListener("input", (event) => {
  if (!event.target.matches?.(FIELDS)) return;
  field = event.target;
  clearTimeout(timer);
  if (typed() === null) close();
  else timer = setTimeout(ask, AFTER);
});

document.addEventListener("keydown", (event) => {
  if (!list || event.target !== field || event.ctrlKey || event.metaKey) return;
  const all = options();
  const at = all.indexOf(active());
  if (event.key === "ArrowDown" || event.key === "ArrowUp") activate(all[(at + (event.key === "ArrowDown" ? 1 : -1) + all.length) % all.length]);
  else if (event.key === "Enter" || event.key === "Tab") active()?.click();
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}, true);

document.addEventListener("focusout", (event) => event.target === field && setTimeout(() => document.activeElement !== field && close(), 150));
