// <kk-combobox>: type a few letters, choose with the arrow keys. The server answers the lines.
import { say } from "./shell.js";

class Combobox extends HTMLElement {
  connectedCallback() {
    this.value = this.querySelector("input[type=hidden]");
    this.input = this.querySelector("[role=combobox]");
    this.list = this.querySelector("[role=listbox]");
    this.chosen = this.input.value;
    this.input.addEventListener("input", () => this.later());
    this.input.addEventListener("focus", () => this.input.select());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => setTimeout(() => this.leave(), 120));
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.choose(event.target.closest("[role=option]")));
  }

  later() {
    this.value.value = "";
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), 120);
  }

  async ask() {
    this.asking?.abort();
    this.asking = new AbortController();
    const url = new URL(this.dataset.url, location.href);
    url.searchParams.set("q", this.input.value);
    try {
      const answer = await fetch(url, { headers: { "HX-Request": "true" }, signal: this.asking.signal });
      this.list.innerHTML = answer.ok ? await answer.text() : "";
    } catch (error) {
      if (error.name === "AbortError") return;
      this.list.replaceChildren();
    }
    this.options.forEach((option, index) => (option.id = `${this.list.id}-${index}`));
    if (!this.options.length) {
      const none = document.createElement("div");
      none.className = "option-none";
      none.textContent = say("nothing_found", { text: this.input.value });
      this.list.replaceChildren(none);
    }
    this.open(true);
    this.activate(this.options[0]);
  }

  get options() {
    return [...this.list.querySelectorAll("[role=option]")];
  }

  get active() {
    return this.list.querySelector("[aria-selected=true]");
  }

  open(open) {
    this.list.hidden = !open;
    this.input.setAttribute("aria-expanded", String(open));
    if (!open) this.input.removeAttribute("aria-activedescendant");
  }

  activate(option) {
    this.active?.setAttribute("aria-selected", "false");
    if (!option) return;
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option.id);
  }

  key(event) {
    const closed = this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (closed) return void this.ask();
      const all = this.options;
      const at = all.indexOf(this.active) + (event.key === "ArrowDown" ? 1 : -1);
      this.activate(all[(at + all.length) % all.length]);
    } else if (event.key === "Enter" && !closed && this.active) {
      event.preventDefault();
      this.choose(this.active);
    } else if (event.key === "Escape" && !closed) {
      event.preventDefault();
      event.stopPropagation();
      this.open(false);
    }
  }

  choose(option) {
    if (!option) return;
    this.value.value = option.dataset.value;
    this.input.value = this.chosen = option.dataset.text;
    this.open(false);
    this.value.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** Text that was not chosen from the list stays; the server looks it up or says that it is unknown. */
  leave() {
    this.open(false);
    if (!this.input.value) this.value.value = "";
  }
}
customElements.define("kk-combobox", Combobox);
