// The builder of conditions: what is ticked stands in words on the closed list, before the server has answered.
document.addEventListener("change", (event) => {
  const pick = event.target.closest?.(".builder-pick");
  if (!pick) return;
  const ticked = [...pick.querySelectorAll("input:checked")].map((box) => box.closest("label").textContent.trim());
  const summary = pick.querySelector("summary");
  summary.textContent = ticked.join(", ") || summary.dataset.none;
});
