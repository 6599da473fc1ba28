// <kk-bulk>: the bar that comes up when rows are selected. Shift selects a range; "all 412" selects what the filter finds.
import { say } from "./shell.js";

let last = null;

const boxes = () => [...document.querySelectorAll("[data-rows] .row-check")];

class Bulk extends HTMLElement {
  connectedCallback() {
    this.all = this.querySelector("[data-all]");
    this.addEventListener("click", (event) => {
      if (event.target.closest("[data-select-all]")) this.selectAll();
      if (event.target.closest("[data-select-none]")) clearSelection();
    });
    this.refresh();
  }

  selectAll() {
    for (const box of boxes()) box.checked = true;
    this.all.value = "1";
    this.refresh();
  }

  refresh() {
    const all = boxes();
    const chosen = all.filter((box) => box.checked).length;
    const button = this.querySelector("[data-select-all]");
    if (chosen < all.length) this.all.value = "";
    const everything = this.all.value === "1";
    this.hidden = chosen === 0;
    if (button) button.hidden = everything;
    this.querySelector("[data-count]").textContent = everything
      ? say("all_selected", { count: button?.dataset.total ?? chosen })
      : say(chosen === 1 ? "selected_one" : "selected", { count: chosen });
    for (const head of document.querySelectorAll("[data-select-page]")) {
      head.checked = chosen > 0 && chosen === all.length;
      head.indeterminate = chosen > 0 && chosen < all.length;
    }
  }
}
customElements.define("kk-bulk", Bulk);

const refresh = () => document.querySelectorAll("kk-bulk").forEach((bar) => bar.refresh());

/** True if something was selected. */
export function clearSelection() {
  const chosen = boxes().filter((box) => box.checked);
  for (const box of chosen) box.checked = false;
  for (const field of document.querySelectorAll("kk-bulk [data-all]")) field.value = "";
  refresh();
  return chosen.length > 0;
}

export function toggleRow(row, range = false) {
  const box = row?.querySelector(".row-check");
  if (!box) return;
  box.checked = !box.checked;
  if (range) fill(box);
  last = box;
  refresh();
}

function fill(box) {
  const all = boxes();
  const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
  if (from >= 0) for (const one of all.slice(from, to + 1)) one.checked = box.checked;
}

let shift = false;
document.addEventListener("pointerdown", (event) => (shift = event.shiftKey), true);
document.addEventListener("keydown", (event) => (shift = event.shiftKey), true);

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-select-page]")) {
    for (const box of boxes()) box.checked = event.target.checked;
  } else if (event.target.matches(".row-check")) {
    if (shift) fill(event.target);
    last = event.target;
  } else return;
  refresh();
});

// Rows that come while everything is selected are selected too.
document.addEventListener("htmx:afterSettle", () => {
  if ([...document.querySelectorAll("kk-bulk [data-all]")].some((field) => field.value === "1")) for (const box of boxes()) box.checked = true;
  refresh();
});
