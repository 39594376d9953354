// The form of a project or a cooperation. What only a stopped one needs is shown where the stage is one
// that stops: <… data-only-for="on_hold dropped">. And a link data-opens-field="name" leads to the field,
// whichever tab holds it.

const stage = document.querySelector("select[name=stage]");
const saved = stage?.dataset.saved;

function lineOf(field) {
  return field.closest(".field-line") ?? field.parentElement;
}

function stops(field, value) {
  return field.dataset.onlyFor.split(" ").includes(value);
}

function showFields() {
  for (const field of document.querySelectorAll("[data-only-for]")) {
    // What is filled in and would be saved all the same stays in sight. What belongs to a stop
    // that is over by this very save is not saved.
    const kept = field.value && !stops(field, saved);
    lineOf(field).hidden = !stops(field, stage.value) && !kept;
  }
}

if (stage) {
  stage.addEventListener("change", showFields);
  showFields();
}

function open(name) {
  const field = document.getElementById(`id_${name}`);
  if (!field) return false;
  const tab = document.getElementById(field.closest(".tab-wrapper")?.getAttribute("aria-labelledby"));
  document.querySelector("#tabs-items a[href='#general']")?.click();
  tab?.click();
  focusOnceShown(field);
  return true;
}

// The tab comes into sight some frames later, and what is hidden takes no focus.
function focusOnceShown(field) {
  if (!field.offsetParent) {
    requestAnimationFrame(() => focusOnceShown(field));
    return;
  }
  field.scrollIntoView({ block: "center" });
  // Beside a list to choose from stands the widget that draws it.
  (field.nextElementSibling?.querySelector(".select2-selection") ?? field).focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-opens-field]");
  if (link && open(link.dataset.opensField)) event.preventDefault();
});
