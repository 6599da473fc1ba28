// Columns of a list: <kk-sort> drags their lines into another order; the grip at a heading's edge makes a column wider, by pointer or arrow keys.
const STEP = 16;
const NARROWEST = 60;
const WIDEST = 900;

class Sort extends HTMLElement {
  connectedCallback() {
    this.addEventListener("pointerdown", (event) => {
      const grip = event.target.closest("[data-sort-grip]");
      if (!grip) return;
      event.preventDefault();
      this.carried = grip.closest("[data-sort-item]");
      this.carried.classList.add("is-carried");
      grip.setPointerCapture(event.pointerId);
    });
    this.addEventListener("pointermove", (event) => this.carried && this.carry(event.clientY));
    for (const name of ["pointerup", "pointercancel"]) {
      this.addEventListener(name, () => {
        this.carried?.classList.remove("is-carried");
        this.carried = null;
      });
    }
  }

  carry(y) {
    const others = [...this.querySelectorAll("[data-sort-item]")].filter((one) => one !== this.carried);
    const below = others.find((one) => {
      const box = one.getBoundingClientRect();
      return y < box.top + box.height / 2;
    });
    this.carried.parentElement.insertBefore(this.carried, below ?? null);
  }
}
customElements.define("kk-sort", Sort);

let resizing = null;
let later = 0;

function begin(grip) {
  const head = grip.closest("th");
  const table = head.closest("table");
  const cols = table.querySelectorAll("colgroup > col");
  return { grip, col: cols[head.cellIndex], width: head.getBoundingClientRect().width };
}

function widen(what, width) {
  what.to = Math.round(Math.min(WIDEST, Math.max(NARROWEST, width)));
  what.col.setAttribute("width", what.to);
  what.grip.dataset.width = what.to;
  tell(what.grip, what.to);
}

function tell(grip, width) {
  grip.setAttribute("aria-valuemin", NARROWEST);
  grip.setAttribute("aria-valuemax", WIDEST);
  grip.setAttribute("aria-valuenow", width);
}

/** The address keeps the widths, so that a view, a link and every other part of the page have them too. */
function keep({ grip, to }) {
  if (!to) return;
  const address = new URL(location.href);
  const grips = [...grip.closest("tr").querySelectorAll("[data-grip]")];
  const columns = grips.map((one) => {
    const width = one === grip ? to : one.dataset.width;
    return width ? `${one.dataset.grip}:${width}` : one.dataset.grip;
  });
  address.searchParams.delete("columns");
  address.searchParams.set("columns", columns.join(","));
  address.searchParams.delete("after");
  location.replace(address);
}

document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest?.("[data-grip]");
  if (!grip) return;
  event.preventDefault();
  resizing = { ...begin(grip), x: event.clientX };
  grip.setPointerCapture(event.pointerId);
});
document.addEventListener("pointermove", (event) => resizing && widen(resizing, resizing.width + event.clientX - resizing.x));
document.addEventListener("pointerup", () => {
  if (resizing) keep(resizing);
  resizing = null;
});

document.addEventListener("keydown", (event) => {
  const grip = event.target.closest?.("[data-grip]");
  const step = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
  if (!grip || !step) return;
  event.preventDefault();
  const what = begin(grip);
  widen(what, Number(grip.dataset.width || what.width) + step);
  clearTimeout(later);
  later = setTimeout(() => keep(what), 800);
});

// A column whose width nobody chose has the one that the table gave it.
document.addEventListener("htmx:load", (event) => {
  for (const grip of event.target.querySelectorAll("[data-grip]")) {
    tell(grip, grip.dataset.width || grip.closest("th").offsetWidth);
  }
});
