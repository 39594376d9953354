// The signing ceremony: its day by the place chosen, further rows, and the title a row gets by itself.
//
// Without this script one new agreement can be entered at a time.

const form = document.querySelector("[data-ceremony]");
const rows = form.querySelector("[data-ceremony-rows]");
const template = form.querySelector("template[data-ceremony-row]");
const total = form.querySelector("[name=new-TOTAL_FORMS]");
const most = Number(form.querySelector("[name=new-MAX_NUM_FORMS]").value);
const button = form.querySelector("[data-ceremony-add]");

function add() {
  const number = Number(total.value);
  rows.insertAdjacentHTML("beforeend", template.innerHTML.replaceAll("__prefix__", number));
  total.value = number + 1;
  button.disabled = number + 1 >= most;
  const row = rows.lastElementChild;
  row.querySelector("[data-ceremony-number]").textContent = number + 1;
  // The suggestions begin to work by this event of the admin.
  row.dispatchEvent(new CustomEvent("formset:added", { bubbles: true }));
  row.querySelector(".select2-selection, select").focus();
}

// What the title will be if none is typed.
function propose(event) {
  const row = event.target.closest(".crm-ceremony-row");
  if (!row || !/_organisation$/.test(event.target.name)) {
    return;
  }
  const name = (side) => {
    const chosen = row.querySelector(`[name$="-${side}_organisation"]`).selectedOptions[0];
    // Behind the name stands where it is.
    return chosen?.value ? chosen.textContent.split(" · ")[0] : "…";
  };
  row.querySelector("[name$='-title']").placeholder = row.dataset.title
    .replace("{home}", name("home"))
    .replace("{foreign}", name("foreign"));
}

const place = form.elements.place;
const day = form.elements.day;
let proposed = place.selectedOptions[0]?.dataset.day;

place.addEventListener("change", () => {
  const ofPlace = place.selectedOptions[0].dataset.day;
  // What somebody has typed stays.
  if (ofPlace && (!day.value || day.value === proposed)) {
    day.value = ofPlace;
    proposed = ofPlace;
  }
});

button.addEventListener("click", add);
// Autocompletes tell of a choice by jQuery only.
window.django.jQuery(form).on("change", propose);
form.querySelector("[aria-invalid=true]")?.focus();
