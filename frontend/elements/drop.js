// <kk-drop>: shows that files may be dropped, and which ones were.
import { say } from "./shell.js";

class Drop extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector("input[type=file]");
    const names = this.querySelector(".drop-names");
    for (const name of ["dragenter", "dragover"]) this.addEventListener(name, () => this.classList.add("is-over"));
    for (const name of ["dragleave", "drop"]) this.addEventListener(name, () => this.classList.remove("is-over"));
    input.addEventListener("change", () => {
      const files = [...input.files];
      names.textContent = files.length > 3 ? say("files", { count: files.length }) : files.map((file) => file.name).join(", ");
    });
  }
}
customElements.define("kk-drop", Drop);
