// Single keys for people who use this eight hours a day. Nothing happens while somebody types.
import { create, isTyping, places, say, urls } from "./shell.js";
import { openDialog } from "./dialog.js";
import { openMenu } from "./menu.js";
import { openPalette } from "./palette.js";
import { closePeek, markRow, openPeek, openRow } from "./peek.js";
import { clearSelection, toggleRow } from "./selection.js";
import { toast } from "./toast.js";

let sequence = null; // after g or c: where the next letter leads

const rows = () => [...document.querySelectorAll("[data-row]")];
const current = () => document.activeElement?.closest("[data-row]") ?? document.querySelector("[data-row].is-current");

function walk(step) {
  const all = rows();
  if (!all.length) return;
  const row = all[Math.min(all.length - 1, Math.max(0, all.indexOf(current()) + step))];
  markRow(row);
  (row.querySelector(".row-link") ?? row).focus({ preventScroll: true });
  row.scrollIntoView({ block: "center", behavior: "instant" });
  if (document.getElementById("peek")?.childElementCount && row.dataset.peek) openPeek(row);
}

function begin(list) {
  sequence = { list, until: Date.now() + 1500 };
}

function edit() {
  const row = current();
  const inRow = row?.querySelector("[data-edit], .inline-value");
  const here = inRow ?? document.querySelector("#main [data-edit]") ?? document.querySelector("#main .inline-value");
  if (here) here.click();
  else if (row?.dataset.href) editBehind(row.dataset.href);
}

/** The page's own button for something new, where the menu of new things does not have it: its C means the button then. */
function newHere() {
  const button = document.querySelector("#main [data-new]");
  return button && create.some((one) => one.url === button.getAttribute("href")) ? null : button;
}

/** A row says nothing of rights; the record's own page knows whether this person may change it, and where. */
async function editBehind(address) {
  document.documentElement.classList.add("is-working");
  const answer = await fetch(address).catch(() => null);
  document.documentElement.classList.remove("is-working");
  if (!answer) return toast(say("offline"), "bad");
  if (urls.sign_in && new URL(answer.url).pathname.startsWith(urls.sign_in)) return location.assign(address);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const button = page.querySelector("#main [data-edit]");
  if (button) location.assign(button.getAttribute("href"));
  else toast(say("not_changeable"));
}

/** The list of keys, without those that do nothing on this page. */
function showKeys() {
  const dialog = document.getElementById("keys-dialog");
  for (const line of dialog?.querySelectorAll("[data-needs]") ?? []) line.hidden = !document.querySelector(line.dataset.needs);
  openDialog(dialog);
}

const KEYS = {
  "/": () => openPalette(),
  "?": showKeys,
  g: () => begin(places),
  c: () => {
    const here = newHere();
    if (here) return here.click();
    begin(create);
    if (create.length && !openMenu("create-menu")) openPalette("create");
  },
  e: edit,
  j: () => walk(1),
  k: () => walk(-1),
  x: () => toggleRow(current()),
  X: () => toggleRow(current(), true),
  " ": () => openPeek(current()),
  Enter: () => openRow(current()),
};

function finish(key) {
  const open = sequence && Date.now() < sequence.until ? sequence.list : null;
  sequence = null;
  const place = open?.find((one) => one.key === key.toLowerCase());
  if (place) location.assign(place.url);
  return Boolean(place);
}

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if ((event.ctrlKey || event.metaKey) && key.toLowerCase() === "k") {
    event.preventDefault();
    return openPalette();
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
  const modal = document.querySelector("dialog[open]");
  if (modal || isTyping(target)) return;
  if (key === "Escape") {
    if (!document.querySelector("[popover]:popover-open") && !closePeek()) clearSelection();
    return;
  }
  if (finish(key)) return event.preventDefault();
  // Space and Enter belong to whatever has the focus, unless it is a row.
  const busy = target.closest?.("a, button, summary, input, [role=menuitem]");
  if ((key === "Enter" && busy) || (key === " " && busy && !busy.matches(".row-link"))) return;
  if ((key === " " || key === "Enter") && !current()) return;
  if (!KEYS[key]) return;
  event.preventDefault();
  KEYS[key]();
});
