// A queue that is worked off by keys: a letter presses the button that names it (data-key) in the row one stands on, u takes back what was
// done last, and when a row is gone the next one is stood on.
import { isTyping } from "./shell.js";
import { markRow } from "./peek.js";

const queue = () => document.querySelector("[data-queue]");
const rows = () => [...(queue()?.querySelectorAll("[data-row]") ?? [])];
const current = () => document.activeElement?.closest("[data-row]") ?? queue()?.querySelector("[data-row].is-current") ?? rows()[0];

function stand(row) {
  if (!row) return;
  markRow(row);
  (row.querySelector(".row-link") ?? row).focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest", behavior: "instant" });
}

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (!queue() || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (document.querySelector("dialog[open]") || isTyping(target)) return;
  const button = key === "u" ? [...document.querySelectorAll("[data-undo]")].at(-1) : /^[a-z]$/.test(key) && current()?.querySelector(`[data-key="${key}"]`);
  if (!button) return;
  event.preventDefault();
  button.click();
});

let place = -1;
document.addEventListener("htmx:beforeSwap", (event) => {
  const row = event.detail.target?.closest?.("[data-queue] [data-row]");
  place = row ? rows().indexOf(row) : -1;
});
document.addEventListener("htmx:afterSettle", () => {
  if (place < 0) return;
  const left = rows();
  if (left.length) stand(left[Math.min(place, left.length - 1)]);
  else location.reload();
  place = -1;
});
