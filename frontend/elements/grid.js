// <kk-grid>: amounts in cells. Arrow keys and Enter go from cell to cell, a block from a spreadsheet is pasted from the marked cell on, and the
// sums of columns and rows follow what is typed. The server reads the numbers again; here they are only added up.
class Grid extends HTMLElement {
  connectedCallback() {
    const marks = Intl.NumberFormat(document.documentElement.lang).formatToParts(1234.5);
    this.decimal = marks.find((part) => part.type === "decimal").value;
    this.format = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 2 });
    this.rows = [...this.querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll("input:not([type=hidden])")]);
    for (const cell of this.rows.flat()) cell.inputMode = "decimal";
    this.addEventListener("keydown", (event) => this.walk(event));
    this.addEventListener("paste", (event) => this.paste(event));
    this.addEventListener("input", (event) => this.follow(event.target));
    this.addEventListener("focusin", (event) => event.target.select?.());
    this.addUp();
  }

  place(cell) {
    for (const [row, cells] of this.rows.entries()) {
      const column = cells.indexOf(cell);
      if (column >= 0) return [row, column];
    }
    return null;
  }

  walk(event) {
    const at = this.place(event.target);
    if (!at || event.ctrlKey || event.metaKey || event.altKey) return;
    const whole = event.target.selectionStart === 0 && event.target.selectionEnd === event.target.value.length;
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], Enter: [event.shiftKey ? -1 : 1, 0] }[event.key]
      ?? (whole ? { ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key] : null);
    if (!step) return;
    event.preventDefault(); // Enter would send a form that is half written
    this.rows[at[0] + step[0]]?.[at[1] + step[1]]?.focus();
  }

  paste(event) {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    const at = this.place(event.target);
    if (!at || !/[\t\n]/.test(text.trimEnd())) return;
    event.preventDefault();
    for (const [down, line] of text.replace(/\r/g, "").replace(/\n$/, "").split("\n").entries()) {
      for (const [right, value] of line.split("\t").entries()) {
        const cell = this.rows[at[0] + down]?.[at[1] + right];
        if (cell) cell.value = value.trim();
      }
    }
    event.target.dispatchEvent(new Event("input", { bubbles: true }));
    for (const cells of this.rows) this.sum(cells);
    this.addUp();
  }

  number(text) {
    const bare = text.replace(/[\s\u00a0\u202f'’€]/g, "");
    const mark = /,.*\./.test(bare) ? "." : /\..*,/.test(bare) ? "," : this.decimal;
    return Number(bare.replaceAll(mark === "," ? "." : ",", "").replace(mark, ".")) || 0;
  }

  sum(cells) {
    const year = cells.find((cell) => "sum" in cell.dataset);
    const months = cells.filter((cell) => cell !== year);
    if (months.some((cell) => cell.value.trim())) year.value = this.format.format(months.reduce((all, cell) => all + this.number(cell.value), 0));
  }

  follow(cell) {
    const at = this.place(cell);
    if (!at) return;
    if (!("sum" in cell.dataset)) this.sum(this.rows[at[0]]);
    this.addUp();
  }

  addUp() {
    const totals = this.querySelectorAll("[data-total]");
    for (const [column, total] of totals.entries()) {
      total.textContent = this.format.format(this.rows.reduce((all, cells) => all + this.number(cells[column].value), 0));
    }
  }
}
customElements.define("kk-grid", Grid);
