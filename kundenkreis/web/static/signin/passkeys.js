// A passkey ceremony that was cancelled or failed says so on the page; allauth's script only tells the console.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  for (const line of document.querySelectorAll("[data-passkey-error]")) {
    line.hidden = false;
    line.setAttribute("role", "alert");
  }
});
