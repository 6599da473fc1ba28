// <kk-org>: a stakeholder map. Arrow keys lead from person to person, Enter or a click opens one beside it, R asks whom she reports to, and
// whoever is drawn onto somebody else reports to her. Without this the people are links, and the list below says the same.
import htmx from "htmx.org";
import { openAnswer } from "./dialog.js";
import { isPhone } from "./shell.js";

const FAR = 6; // pixels from which a press is a drag

class Org extends HTMLElement {
  connectedCallback() {
    this.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("click", (event) => this.open(event), true);
    this.move = document.getElementById(this.dataset.move);
    if (!this.move) return;
    this.addEventListener("pointerdown", (event) => this.press(event));
    this.addEventListener("dragstart", (event) => event.preventDefault());
  }

  get people() {
    return [...this.querySelectorAll("[data-who]")];
  }

  key(event) {
    const person = event.target.closest("[data-who]");
    if (!person || event.ctrlKey || event.metaKey || event.altKey) return;
    const next = this.next(person, event.key);
    if (next) {
      next.querySelector("a").focus();
      next.scrollIntoView({ block: "nearest", inline: "nearest" });
    } else if (event.key.toLowerCase() === "r" && this.move) openAnswer(`${person.querySelector("a").getAttribute("href")}judge/reports_to/?from=map`);
    else if (!event.key.startsWith("Arrow")) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Up to whom she reports, down to who reports to her, else to the nearest of the same row. */
  next(person, key) {
    if (key === "ArrowUp") return this.querySelector(`[data-who="${person.dataset.above || "none"}"]`);
    if (key === "ArrowDown") return this.querySelector(`[data-above="${person.dataset.who}"]`);
    if (key !== "ArrowLeft" && key !== "ArrowRight") return null;
    const at = (one) => one.transform.baseVal.consolidate().matrix;
    const here = at(person);
    const row = this.people.filter((one) => (key === "ArrowLeft" ? at(one).e < here.e : at(one).e > here.e) && at(one).f === here.f);
    return row.sort((a, b) => Math.abs(at(a).e - here.e) - Math.abs(at(b).e - here.e))[0];
  }

  open(event) {
    const person = event.target.closest("[data-who]");
    if (!person || isPhone() || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (this.dragged) return;
    htmx.ajax("get", `${person.querySelector("a").getAttribute("href")}?peek=1`, { target: "#peek", swap: "innerHTML" });
  }

  press(event) {
    const person = event.target.closest("[data-who]");
    if (!person || event.button !== 0) return;
    this.dragged = false;
    const from = { x: event.clientX, y: event.clientY };
    const place = person.getAttribute("transform");
    const control = new AbortController();
    const over = (at) => document.elementFromPoint(at.clientX, at.clientY)?.closest("[data-who]");
    const drag = (at) => {
      const [x, y] = [at.clientX - from.x, at.clientY - from.y];
      if (!this.dragged && Math.hypot(x, y) < FAR) return;
      this.dragged = true;
      person.classList.add("is-carried");
      person.setAttribute("transform", `${place} translate(${x} ${y})`);
      for (const one of this.people) one.classList.toggle("is-target", one === over(at));
    };
    const drop = (at) => {
      control.abort();
      const target = this.dragged && over(at);
      person.setAttribute("transform", place);
      person.classList.remove("is-carried");
      target?.classList?.remove("is-target");
      if (target && target !== person) this.put(person, target);
    };
    document.addEventListener("pointermove", drag, { signal: control.signal });
    document.addEventListener("pointerup", drop, { signal: control.signal });
    document.addEventListener("pointercancel", drop, { signal: control.signal });
  }

  put(person, target) {
    this.move.elements.who.value = person.dataset.who;
    this.move.elements.superior.value = target.dataset.who;
    this.move.requestSubmit();
  }
}
customElements.define("kk-org", Org);

// The slider of days shows the map as soon as it is let go.
document.addEventListener("change", (event) => {
  if (event.target.id === "org-step") event.target.form.requestSubmit();
});
document.addEventListener("input", (event) => {
  if (event.target.id !== "org-step") return;
  const day = event.target.dataset.days.split("|")[event.target.value];
  event.target.setAttribute("aria-valuetext", day);
  event.target.closest(".org-slider").querySelector("b").textContent = day;
});
