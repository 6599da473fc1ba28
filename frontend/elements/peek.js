// Rows of a list: a click or Enter opens the record, Space shows it beside the list.
import htmx from "htmx.org";
import { isPhone } from "./shell.js";

const peek = () => document.getElementById("peek");

export function markRow(row) {
  for (const other of document.querySelectorAll("[data-row].is-current")) other.classList.remove("is-current");
  row?.classList.add("is-current");
}

export async function openPeek(row) {
  if (!row?.dataset.peek || !peek()) return openRow(row);
  markRow(row);
  await htmx.ajax("get", row.dataset.peek, { target: "#peek", swap: "innerHTML" });
}

export function openRow(row) {
  if (row?.dataset.href) location.assign(row.dataset.href);
}

/** True if there was a peek to close. */
export function closePeek() {
  if (!peek()?.childElementCount) return false;
  peek().replaceChildren();
  document.querySelector("[data-row].is-current .row-link")?.focus();
  return true;
}

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-peek-close]")) return closePeek();
  const row = event.target.closest?.("[data-row]");
  if (!row || event.target.closest("a, button, input, label, select, textarea, kk-inline, summary, .check-cell")) return;
  if (String(getSelection())) return;
  if (row.dataset.peek && !isPhone()) openPeek(row);
  else openRow(row);
});
