// <kk-composer>: keeps unsent text in this browser until the server has it, and shows the fields of the chosen kind.
import { say } from "./shell.js";

const SENT_RECENTLY = 15_000;

class Composer extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.text = this.querySelector(".composer-text");
    this.note = this.querySelector(".composer-kept");
    this.form.addEventListener("change", () => this.showKind());
    this.text.addEventListener("input", () => this.later());
    this.text.addEventListener("focus", () => this.showKind());
    this.form.addEventListener("submit", () => this.write({ sent: Date.now() }));
    this.form.addEventListener("htmx:afterRequest", (event) => this.answered(event));
    this.form.addEventListener("kundenkreis:queued", () => this.taken());
    this.restore();
    this.showKind();
  }

  get key() {
    return this.dataset.draft ? `kundenkreis-draft:${document.body.dataset.person ?? ""}:${this.dataset.draft}` : "";
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.write(), 400);
  }

  write(more = {}) {
    if (!this.key) return;
    try {
      if (!this.text.value.trim()) return localStorage.removeItem(this.key);
      localStorage.setItem(this.key, JSON.stringify({ text: this.text.value, kind: new FormData(this.form).get("kind"), ...more }));
      this.note.textContent = more.sent ? "" : say("kept");
    } catch {
      this.note.textContent = ""; // a full or forbidden store: the text is still in the field
    }
  }

  restore() {
    const draft = this.read();
    if (!draft || this.text.value) return;
    if (draft.sent && Date.now() - draft.sent < SENT_RECENTLY) return localStorage.removeItem(this.key);
    this.text.value = draft.text;
    const kind = this.querySelector(`[name=kind][value="${CSS.escape(draft.kind ?? "")}"]`);
    if (kind) kind.checked = true;
    this.note.textContent = say("kept_restored");
  }

  read() {
    try {
      return JSON.parse(localStorage.getItem(this.key) ?? "null");
    } catch {
      return null;
    }
  }

  answered(event) {
    if (!event.detail.successful || event.target !== this.form) return this.write();
    this.taken();
  }

  /** The server has it, or it waits to be sent. */
  taken() {
    clearTimeout(this.timer);
    if (this.key) localStorage.removeItem(this.key);
    this.form.reset();
    this.note.textContent = "";
    this.showKind();
  }

  showKind() {
    const kind = new FormData(this.form).get("kind");
    const more = this.querySelector(".composer-more");
    if (!more) return;
    let any = false;
    for (const part of more.querySelectorAll("[data-kind]")) {
      const shown = part.dataset.kind.split(" ").includes(kind);
      part.hidden = !shown;
      any ||= shown;
      for (const control of part.querySelectorAll("input, select, textarea")) control.disabled = !shown;
    }
    more.hidden = !any && !more.querySelector(":scope > :not([data-kind], input[type=hidden])");
  }
}
customElements.define("kk-composer", Composer);
