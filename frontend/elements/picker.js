// <kk-picker>: several records. What is chosen in the combobox inside becomes one more ticked box; unticking takes it away.
class Picker extends HTMLElement {
  connectedCallback() {
    this.chosen = this.querySelector(".choices");
    this.input = this.querySelector("[role=combobox]");
    this.number = this.querySelector("input[type=hidden]");
    this.number.addEventListener("change", (event) => this.take(event));
    this.closest("form")?.addEventListener("reset", () => this.chosen.querySelectorAll("[data-new]").forEach((box) => box.remove()));
  }

  take(event) {
    event.stopPropagation(); // nothing of the form itself has changed yet
    const value = this.number.value;
    const there = this.chosen.querySelector(`input[value="${CSS.escape(value)}"]`);
    if (there) there.checked = true;
    else if (value) this.chosen.append(this.box(value, this.input.value));
    this.number.value = this.input.value = "";
    this.input.focus();
    this.chosen.dispatchEvent(new Event("change", { bubbles: true }));
  }

  box(value, text) {
    const label = document.createElement("label");
    label.className = "check picked";
    label.dataset.new = "";
    const box = Object.assign(document.createElement("input"), { type: "checkbox", className: "box", name: this.dataset.name, value, checked: true });
    const name = Object.assign(document.createElement("span"), { textContent: text });
    label.append(box, name);
    return label;
  }
}
customElements.define("kk-picker", Picker);
