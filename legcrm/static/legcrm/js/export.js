// The export page: all or no columns by one click, and how many are chosen.

const form = document.getElementById("export-form");

if (form) {
  const tools = form.querySelector(".crm-export-tools");
  const ticks = [...form.querySelectorAll("input[name=columns]")];
  const chosen = tools.querySelector("[data-chosen]");

  const count = () => {
    chosen.textContent = ticks.filter((tick) => tick.checked).length;
  };

  for (const button of tools.querySelectorAll("[data-check]")) {
    button.addEventListener("click", () => {
      for (const tick of ticks) {
        tick.checked = button.dataset.check === "all";
      }
      count();
    });
  }
  // Enter in the name of a column set saves it; a browser would take the first button, "Export".
  form.elements.name.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      form.elements._save_set.click();
    }
  });
  form.addEventListener("change", count);
  tools.hidden = false;
  count();
}
