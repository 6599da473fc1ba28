// The command palette: go to, create, act on what is selected or shown, find any record, and what stands in activities and documents.
import { csrfToken, element, say, urls } from "./shell.js";
import { openDialog } from "./dialog.js";

const dialog = document.getElementById("palette");
const input = dialog?.querySelector(".palette-input");
const results = document.getElementById("palette-results");
const start = document.getElementById("palette-start");
const said = document.getElementById("palette-said");
const NAMES_AFTER = 70; // milliseconds since the last key
const TEXTS_AFTER = 220;
let timer, asking, onlyCreate = false;
let answers = { names: "", texts: "", recent: "" };

const fold = (text) => text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/ß/g, "ss");
const matches = (text, words) => words.split(/\s+/).every((word) => fold(text).split(/[^\p{L}\p{N}]+/u).some((one) => one.startsWith(word)));

export function openPalette(mode = "") {
  if (!dialog) return;
  onlyCreate = mode === "create";
  input.value = "";
  answers = { names: "", texts: "", recent: "" };
  show();
  openDialog(dialog);
  input.focus();
  if (!onlyCreate) fetchPart("recent", "", 0);
  fetchFurther();
}

let furtherAsked = false;

/** The places that no page brings along: those where something new is made before the heading of the others, the rest at the end. */
async function fetchFurther() {
  if (!urls.search || furtherAsked) return;
  furtherAsked = true;
  try {
    const answer = await fetch(`${urls.search}?in=places`, { headers: { "HX-Request": "true" } });
    if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
    const goTo = start.querySelector("[data-further]");
    for (const item of parsed(await answer.text()).querySelectorAll(".palette-item")) {
      if ("new" in item.dataset) goTo.before(item);
      else start.append(item);
    }
    show();
  } catch {
    furtherAsked = false; // without a connection: the next time it is opened
  }
}

/** What can be done with the selected rows, and with the record or list on this page: every button of theirs, with its key. */
function deeds() {
  const seen = (control) => !control.disabled && !control.closest("[hidden], [data-no-palette]");
  const bar = document.querySelector("kk-bulk:not([hidden])");
  const selected = bar ? [...bar.querySelectorAll(".button:not([data-select-none])")].filter(seen) : [];
  const onPage = [...document.querySelectorAll("#main .page-actions :is(a.button, button.button, [role=menuitem])")];
  const kinds = [...document.querySelectorAll("#main kk-composer [name=kind]")];
  return [
    [bar?.querySelector("[data-count]")?.textContent, selected],
    [say("on_this_page"), onPage.filter((control) => seen(control) && !control.hasAttribute("popovertarget")).concat(kinds)],
  ];
}

const label = (control) => (control.matches("input") ? say("write", { name: control.labels[0]?.textContent.trim() }) : (control.querySelector(".sr-only, span")?.textContent || control.getAttribute("aria-label") || control.textContent).trim());

function deed(control) {
  const item = element("button", "palette-item");
  item.type = "button";
  item.tabIndex = -1;
  item.setAttribute("role", "option");
  const icon = (control.labels?.[0] ?? control).querySelector("svg");
  if (icon) item.append(icon.cloneNode(true));
  item.append(element("span", "palette-item-text", label(control)));
  const key = control.querySelector("kbd")?.textContent;
  if (key) {
    const keys = element("span", "keys");
    for (const one of key.trim().split(/\s+/)) keys.append(element("kbd", "", one.toLowerCase()));
    item.append(keys);
  }
  item.addEventListener("click", () => {
    dialog.close();
    control.click();
    if (control.matches("input")) control.form.querySelector(".composer-text")?.focus();
  });
  return item;
}

/** Deeds, forms and places that match; first the deeds, because they are about what is before her eyes. */
function local(words) {
  const part = document.createDocumentFragment();
  if (!onlyCreate) {
    for (const [heading, controls] of deeds()) {
      const shown = controls.filter((control) => label(control) && matches(label(control), words));
      if (shown.length) part.append(element("p", "palette-group", heading), ...shown.map(deed));
    }
  }
  if (!words && answers.recent) part.append(parsed(answers.recent));
  let heading = null;
  let groups = 0;
  for (const child of start.children) {
    if (child.matches(".palette-group")) {
      heading = child;
      groups += 1;
      if (onlyCreate && groups > 1) break;
    } else if (matches(child.dataset.words, words)) {
      if (heading) part.append(heading.cloneNode(true));
      heading = null;
      part.append(child.cloneNode(true));
    }
  }
  for (const group of part.querySelectorAll(".palette-group")) group.setAttribute("role", "presentation");
  return part;
}

/** The server's own fragment; it comes from our templates, with everything that people wrote escaped. */
function parsed(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

function show() {
  const words = fold(input.value.trim());
  const chosen = active()?.href;
  const found = [answers.names, answers.texts].filter((html) => html.includes('role="option"'));
  const mine = local(words);
  const isCommand = words.length > 1 && mine.querySelector("button");
  results.replaceChildren(...(isCommand ? [mine, ...found.map(parsed)] : [...found.slice(0, 1).map(parsed), mine, ...found.slice(1).map(parsed)]));
  const all = options();
  all.forEach((option, index) => (option.id = `palette-${index}`));
  if (!all.length && words) results.replaceChildren(element("p", "palette-none", say(asking ? "loading" : "nothing_found", { text: input.value })));
  input.setAttribute("aria-expanded", String(all.length > 0));
  // An answer that arrives late moves nothing away from under the person's choice.
  activate((chosen && moved && all.find((option) => option.href === chosen)) || all[0]);
  if (!asking && words) said.textContent = all.length ? say("results", { count: all.length }) : say("nothing_found", { text: input.value });
}

let moved = false; // has she walked through the present results?
const options = () => [...results.querySelectorAll("[role=option]")];
const active = () => results.querySelector("[aria-selected=true]");

function activate(option) {
  active()?.setAttribute("aria-selected", "false");
  if (!option) return input.removeAttribute("aria-activedescendant");
  option.setAttribute("aria-selected", "true");
  option.scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-activedescendant", option.id);
}

/** Ask for one part of the answer; what a later key has made useless is dropped. */
async function fetchPart(part, text, after) {
  if (!urls.search) return;
  const mine = asking;
  if (after) await new Promise((done) => setTimeout(done, after));
  if (mine !== asking) return;
  const query = new URLSearchParams(part === "names" ? { q: text } : { q: text, in: part });
  try {
    const answer = await fetch(`${urls.search}?${query}`, { headers: { "HX-Request": "true" }, signal: mine?.signal });
    const html = answer.ok && !answer.redirected ? await answer.text() : "";
    if (mine !== asking) return;
    answers[part] = html;
  } catch (error) {
    if (error.name === "AbortError") return;
  }
  show();
}

async function ask() {
  asking?.abort();
  asking = null;
  moved = false;
  const text = input.value.trim();
  if (!text || onlyCreate) {
    answers.names = answers.texts = "";
    return show();
  }
  const mine = (asking = new AbortController());
  await fetchPart("names", text, 0);
  answers.texts = mine === asking && text.length < 3 ? "" : answers.texts;
  if (mine === asking && text.length > 2) await fetchPart("texts", text, TEXTS_AFTER);
  if (mine !== asking) return;
  asking = null;
  show();
}

input?.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(ask, NAMES_AFTER);
});

input?.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    event.preventDefault(); // a search field would only empty itself
    return dialog.close();
  }
  const all = options();
  const at = all.indexOf(active());
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    moved = true;
    activate(all[(at + (event.key === "ArrowDown" ? 1 : -1) + all.length) % all.length]);
  } else if (event.key === "Enter" && active()) {
    event.preventDefault();
    if ((event.ctrlKey || event.metaKey) && active().href) window.open(active().href, "_blank");
    else active().click();
  }
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-palette]");
  if (!opener || event.metaKey || event.ctrlKey || !dialog) return;
  event.preventDefault();
  openPalette(opener.dataset.palette);
});

// The page of a record tells that it is looked at, so that the palette offers it again. A page fetched ahead runs no script.
const [noun, pk] = (document.getElementById("main")?.dataset.opened ?? "").split("/");
function tell() {
  if (!noun || !pk || !urls.opened || !navigator.onLine) return;
  fetch(urls.opened, { method: "POST", body: new URLSearchParams({ noun, pk }), headers: { "X-CSRFToken": csrfToken() }, keepalive: true }).catch(() => {});
}
if (document.prerendering) document.addEventListener("prerenderingchange", tell, { once: true });
else tell();
