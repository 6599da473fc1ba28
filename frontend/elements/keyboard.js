// Single keys for people who use this eight hours a day. Nothing happens while somebody types.
import { create, isTyping, places } from "./shell.js";
import { openDialog } from "./dialog.js";
import { openMenu } from "./menu.js";
import { openPalette } from "./palette.js";
import { closePeek, markRow, openPeek, openRow } from "./peek.js";
import { clearSelection, toggleRow } from "./selection.js";

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
  const inRow = current()?.querySelector("[data-edit], .inline-value");
  (inRow ?? document.querySelector("#main [data-edit]") ?? document.querySelector("#main .inline-value"))?.click();
}

const KEYS = {
  "/": () => openPalette(),
  "?": () => openDialog(document.getElementById("keys-dialog")),
  g: () => begin(places),
  c: () => {
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
