// While a record is entered, those that look like it are listed below its name. It only warns:
// whatever goes wrong here, the form can be saved.
const WAIT = 250; // milliseconds without a further key

const field = document.querySelector("[data-similar]");
const form = field.form;
const watched = new Set(field.dataset.similarTo.split(" "));
const box = document.createElement("div");
box.className = "crm-similar";
box.setAttribute("aria-live", "polite");
// A row may hold two fields side by side; the box stands below both.
const row = field.closest(".form-row, .field-row") ?? field.parentElement;
row.after(box);

let timer;
let asked = "";
let running;

// "names-2-text" is "names-text"; the empty row "names-__prefix__-text" is none.
const plain = (name) => name.replace(/-\d+-/, "-");

function query() {
  const address = new URL(field.dataset.similar, window.location.href);
  for (const control of form.elements) {
    if (watched.has(plain(control.name ?? "")) && control.value.trim()) {
      address.searchParams.append(plain(control.name), control.value.trim());
    }
  }
  return address;
}

async function look() {
  const address = query().href;
  if (address === asked) {
    return;
  }
  asked = address;
  running?.abort(); // an older answer must not overwrite a newer one
  running = new AbortController();
  try {
    const response = await fetch(address, { signal: running.signal });
    if (response.ok && !response.redirected) {
      show(await response.text());
    }
  } catch {
    // no connection, or asked anew meanwhile
  }
}

function show(html) {
  const answer = html.trim();
  if (box.innerHTML.trim() === answer) {
    return;
  }
  box.innerHTML = answer;
  // A form opened by the "+" of another one can hand that one a record that is already there.
  if (window.opener?.dismissAddRelatedObjectPopup && form.elements._popup) {
    for (const button of box.querySelectorAll("[data-use]")) {
      button.hidden = false;
    }
  }
}

function later(event) {
  if (watched.has(plain(event.target.name ?? ""))) {
    clearTimeout(timer);
    timer = setTimeout(look, WAIT);
  }
}

box.addEventListener("click", (event) => {
  const button = event.target.closest("[data-use]");
  if (button) {
    const { use, label } = button.dataset;
    window.opener.dismissAddRelatedObjectPopup(window, use, label);
  }
});
form.addEventListener("input", later);
// Autocompletes tell of a choice by jQuery only.
window.django.jQuery(form).on("change", later);

const adding = !new URL(field.dataset.similar, window.location.href).searchParams.has("exclude");
if (adding && field.value.trim()) {
  look();
} else {
  asked = query().href;
}
