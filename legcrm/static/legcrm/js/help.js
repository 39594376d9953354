// The question mark opens what the guide says on this screen, beside it.

const link = document.querySelector("[data-help]");
const panel = document.getElementById("help-panel");

async function fill(body) {
  try {
    const response = await fetch(link.dataset.help, { credentials: "same-origin" });
    if (!response.ok || response.redirected) throw new Error(response.statusText);
    body.innerHTML = await response.text();
  } catch {
    body.textContent = link.dataset.failed;
  }
}

link?.addEventListener("click", (event) => {
  if (event.metaKey || event.ctrlKey) return; // in a tab of its own, as any link
  event.preventDefault();
  const body = panel.querySelector(".crm-help-body");
  if (!body.childElementCount) fill(body);
  panel.showModal();
});
// A click beside the panel closes it.
panel?.addEventListener("click", (event) => {
  if (event.target === panel) panel.close();
});
