// A button that prints the page; what belongs on paper only, or not on it, is the style sheet's.
document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-print]")) window.print();
});
