// Light, dark, or as the system: chosen in the menu, at once on the screen, kept for the next visit.
import { csrfToken, urls } from "./shell.js";

const YEAR = 31_536_000;

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-theme-choice]");
  if (!button) return;
  const choice = button.dataset.themeChoice;
  if (choice === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
  document.cookie = `kundenkreis_theme=${choice}; path=/; max-age=${YEAR}; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
  for (const other of document.querySelectorAll("[data-theme-choice]")) {
    if (other === button) other.setAttribute("aria-current", "true");
    else other.removeAttribute("aria-current");
  }
  if (urls.theme) {
    fetch(urls.theme, { method: "POST", headers: { "X-CSRFToken": csrfToken() }, body: new URLSearchParams({ theme: choice }) }).catch(() => {});
  }
});
