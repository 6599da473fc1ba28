// data-dialog="id" opens a dialog of the page; data-dialog-href shows the answer of a link in the shared one.
import htmx from "htmx.org";

export function openDialog(dialog) {
  if (!dialog || dialog.open) return;
  for (const menu of document.querySelectorAll("[popover]:popover-open")) menu.hidePopover();
  dialog.showModal();
  dialog.querySelector("[autofocus], input:not([type=hidden]), textarea, select")?.focus();
}

/** Show the answer of an address in the shared dialog. */
export async function openAnswer(address, title = "") {
  const shared = document.getElementById("shared-dialog");
  await htmx.ajax("get", address, { target: "#shared-dialog-body", swap: "innerHTML" });
  const body = document.getElementById("shared-dialog-body");
  if (!body.childElementCount) return;
  document.getElementById("shared-dialog-title").textContent = body.querySelector("[data-title]")?.dataset.title ?? title;
  openDialog(shared);
}

document.addEventListener("click", async (event) => {
  const target = event.target.closest?.("[data-dialog], [data-dialog-href], [data-dialog-close]");
  if (!target) {
    // A click beside the dialog closes it.
    if (event.target instanceof HTMLDialogElement && event.target.open) event.target.close();
    return;
  }
  if (target.hasAttribute("data-dialog-close")) return target.closest("dialog")?.close();
  if (target.dataset.dialog) return openDialog(document.getElementById(target.dataset.dialog));
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  if (!document.getElementById("shared-dialog")) return;
  event.preventDefault();
  await openAnswer(target.href, target.textContent.trim());
});

// Ctrl+Enter in a field sends its form.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !event.target.matches?.("textarea, input, select")) return;
  event.preventDefault();
  event.target.form?.requestSubmit();
});
