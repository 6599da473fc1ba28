// <kk-toast>: a message for ten seconds; it waits while the pointer or the focus is on it.
import { element, say } from "./shell.js";

const SHOWN = 10_000;

class Toast extends HTMLElement {
  connectedCallback() {
    if (this.closest("[data-still]")) return;
    this.left = SHOWN;
    this.run();
    for (const name of ["pointerenter", "focusin"]) this.addEventListener(name, () => this.pause());
    for (const name of ["pointerleave", "focusout"]) this.addEventListener(name, () => this.run());
    this.querySelector("[data-toast-close]")?.addEventListener("click", () => this.leave());
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  run() {
    if (this.matches(":hover") || this.contains(document.activeElement)) return;
    this.since = Date.now();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.leave(), this.left);
  }

  pause() {
    clearTimeout(this.timer);
    this.left = Math.max(2000, this.left - (Date.now() - (this.since ?? Date.now())));
  }

  leave() {
    this.classList.add("is-leaving");
    setTimeout(() => this.remove(), 140);
  }
}
customElements.define("kk-toast", Toast);

/** Say something from the script. The same sentence is not stacked up. */
export function toast(text, tone = "") {
  const region = document.getElementById("toasts");
  if (!region) return;
  for (const old of region.querySelectorAll("kk-toast")) if (old.dataset.text === text) old.remove();
  const box = element("kk-toast", `toast${tone ? ` toast-${tone}` : ""}`);
  box.dataset.text = text;
  const close = element("button", "toast-close", "×");
  close.type = "button";
  close.setAttribute("aria-label", say("close"));
  close.setAttribute("data-toast-close", "");
  box.append(element("span", "toast-text", text), close);
  region.append(box);
}

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-demo-toast]")) toast(say("saved"), "good");
});
