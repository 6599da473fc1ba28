// The command palette: go to, create, act on what is selected, find any record.
import { element, say, urls } from "./shell.js";
import { openDialog } from "./dialog.js";

const dialog = document.getElementById("palette");
const input = dialog?.querySelector(".palette-input");
const results = document.getElementById("palette-results");
const start = document.getElementById("palette-start");
let timer, asking, onlyCreate = false;

const fold = (text) => text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/ß/g, "ss");

export function openPalette(mode = "") {
  if (!dialog) return;
  onlyCreate = mode === "create";
  input.value = "";
  show();
  openDialog(dialog);
  input.focus();
}

/** Places and forms that match, the actions for selected rows first. */
function local(words) {
  const part = document.createDocumentFragment();
  const actions = [...document.querySelectorAll("kk-bulk:not([hidden]) .button:not([data-select-none])")];
  const shown = actions.filter((button) => fold(button.textContent).includes(words));
  if (shown.length && !onlyCreate) {
    part.append(element("p", "palette-group", document.querySelector("kk-bulk [data-count]").textContent));
    for (const button of shown) part.append(action(button));
  }
  let heading = null;
  let groups = 0;
  for (const child of start.children) {
    if (child.matches(".palette-group")) {
      heading = child;
      groups += 1;
    } else if (fold(child.dataset.words).split(" ").some((word) => word.startsWith(words)) || fold(child.dataset.words).includes(words)) {
      if (onlyCreate && groups > 1) break;
      if (heading) part.append(heading.cloneNode(true));
      heading = null;
      part.append(child.cloneNode(true));
    }
  }
  return part;
}

function action(button) {
  const item = element("button", "palette-item", button.textContent.trim());
  item.type = "button";
  item.setAttribute("role", "option");
  item.addEventListener("click", () => {
    dialog.close();
    button.click();
  });
  return item;
}

function show(found = "") {
  const words = fold(input.value.trim());
  results.replaceChildren(local(words));
  if (found.includes('role="option"')) results.insertAdjacentHTML("beforeend", found);
  [...options()].forEach((option, index) => (option.id = `palette-${index}`));
  if (!options().length && words) results.replaceChildren(element("p", "palette-none", say(asking ? "loading" : "nothing_found", { text: input.value })));
  activate(options()[0]);
}

const options = () => [...results.querySelectorAll("[role=option]")];
const active = () => results.querySelector("[aria-selected=true]");

function activate(option) {
  active()?.setAttribute("aria-selected", "false");
  if (!option) return input.removeAttribute("aria-activedescendant");
  option.setAttribute("aria-selected", "true");
  option.scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-activedescendant", option.id);
}

async function ask() {
  asking?.abort();
  asking = null;
  const text = input.value.trim();
  if (!text || !urls.search || onlyCreate) return show();
  const mine = (asking = new AbortController());
  try {
    const answer = await fetch(`${urls.search}?${new URLSearchParams({ q: text })}`, { headers: { "HX-Request": "true" }, signal: mine.signal });
    const found = answer.ok ? await answer.text() : "";
    if (mine !== asking) return;
    asking = null;
    show(found);
  } catch (error) {
    if (error.name === "AbortError") return;
    asking = null;
    show();
  }
}

input?.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(ask, 70);
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
