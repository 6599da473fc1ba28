// <kk-inline>: a value that becomes its form. Enter or Tab saves (Tab goes on to the next value), Esc restores.
import htmx from "htmx.org";

const before = new Map(); // id → its content when closed
let goOn = 0; // after the next save: 1 to the next value, -1 to the one before

class Inline extends HTMLElement {
  connectedCallback() {
    if (this.isOpen) this.opened();
    else before.set(this.id, this.innerHTML);
  }

  /** By its content: while htmx settles, the element still wears the classes of the one it replaces. */
  get isOpen() {
    return this.querySelector(":scope > .inline-form") !== null;
  }

  get control() {
    return this.querySelector("form :is(input:not([type=hidden]), select, textarea)");
  }

  opened() {
    this.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("click", (event) => {
      if (event.target.closest("[data-cancel]")) this.restore(event);
    }, true);
    if (!before.has(this.id)) return; // open from the start: don't take the focus
    this.control?.focus();
    this.control?.select?.();
  }

  key(event) {
    const multiline = event.target.matches("textarea") && !event.ctrlKey && !event.metaKey;
    if (event.key === "Escape") this.restore(event);
    else if (!event.target.matches("input, select, textarea")) return;
    else if (event.key === "Enter" && !multiline) this.save(event, 0);
    else if (event.key === "Tab") this.save(event, event.shiftKey ? -1 : 1);
  }

  save(event, then) {
    event.preventDefault();
    event.stopPropagation();
    goOn = then;
    this.querySelector("form").requestSubmit();
  }

  restore(event) {
    const closed = before.get(this.id);
    if (!closed || !this.isOpen) return;
    event.preventDefault();
    event.stopPropagation();
    this.className = "inline";
    this.innerHTML = closed;
    htmx.process(this);
    this.querySelector(".inline-value")?.focus();
  }
}
customElements.define("kk-inline", Inline);

document.addEventListener("htmx:afterSettle", (event) => {
  const inline = event.detail.elt;
  if (!(inline instanceof Inline) || inline.isOpen) return;
  const value = inline.querySelector(".inline-value");
  const all = [...document.querySelectorAll(".inline-value")];
  const next = goOn ? all[all.indexOf(value) + goOn] : null;
  const step = goOn;
  goOn = 0;
  if (step && next) next.click();
  else value?.focus();
});
document.addEventListener("htmx:responseError", () => (goOn = 0));
