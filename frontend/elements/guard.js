// form[data-guard]: the browser asks before a page with unsaved changes is left.
const dirty = new Set();

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form?.hasAttribute("data-guard")) dirty.add(form);
});
for (const name of ["submit", "reset"]) document.addEventListener(name, (event) => dirty.delete(event.target));
document.addEventListener("htmx:sendError", (event) => {
  const form = event.target.closest?.("form[data-guard]");
  if (form) dirty.add(form);
});

window.addEventListener("beforeunload", (event) => {
  if ([...dirty].some((form) => form.isConnected)) event.preventDefault();
});
