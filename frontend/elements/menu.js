// Menus are popovers; this puts them beside their button and lets the arrow keys walk through them.
const GAP = 4;
let opener = null;

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[popovertarget]");
  if (button) opener = button;
}, true);

function place(menu) {
  const button = opener?.getAttribute("popovertarget") === menu.id ? opener : document.querySelector(`[popovertarget="${menu.id}"]`);
  if (!button) return;
  const from = button.getBoundingClientRect();
  const box = menu.getBoundingClientRect();
  const left = from.left + box.width > innerWidth - 8 ? from.right - box.width : from.left;
  const above = from.bottom + GAP + box.height > innerHeight - 8 && from.top > box.height;
  menu.style.left = `${Math.max(8, left)}px`;
  menu.style.top = `${above ? from.top - box.height - GAP : from.bottom + GAP}px`;
}

document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (!menu.matches?.(".menu[popover]")) return;
  const open = event.newState === "open";
  for (const button of document.querySelectorAll(`[popovertarget="${menu.id}"]`)) button.setAttribute("aria-expanded", String(open));
  if (!open) return;
  place(menu);
  items(menu)[0]?.focus();
}, true);

const items = (menu) => [...menu.querySelectorAll("[role^=menuitem], input:not([type=hidden]), select, .button")];

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.(".menu[popover]");
  if (!menu || !["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return;
  const all = items(menu);
  const at = all.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
  event.preventDefault();
  all[(next + all.length) % all.length]?.focus();
});

document.addEventListener("click", (event) => {
  const item = event.target.closest?.(".menu [role=menuitem]");
  if (item && !item.hasAttribute("data-theme-choice")) item.closest("[popover]")?.hidePopover?.();
});

/** Opens a menu by its id, as its button would. */
export function openMenu(id) {
  const button = document.querySelector(`[popovertarget="${id}"]`);
  if (!button || !button.checkVisibility()) return false;
  opener = button;
  document.getElementById(id).showPopover();
  return true;
}
