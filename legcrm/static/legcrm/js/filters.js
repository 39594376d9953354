// The filters of a list: the sheet is fetched when it is opened, and lies over the list. Without
// this module the same form is a page of its own.

const opener = document.querySelector("[data-filter-open]");

function prepare(form) {
  const regions = [...form.querySelectorAll("[data-region]")];
  const countries = new Map(
    [...form.querySelectorAll("input[name=country]")].map((box) => [box.value, box]),
  );
  const membersOf = (region) =>
    region.dataset.region.split(" ").map((code) => countries.get(code)).filter(Boolean);

  // A region is ticked when all of its countries are, and half ticked when some are.
  const showRegions = () => {
    for (const region of regions) {
      const members = membersOf(region);
      const ticked = members.filter((box) => box.checked).length;
      region.checked = ticked > 0 && ticked === members.length;
      region.indeterminate = ticked > 0 && ticked < members.length;
    }
  };

  form.addEventListener("change", ({ target }) => {
    if (target.dataset.region !== undefined) {
      for (const box of membersOf(target)) {
        box.checked = target.checked;
      }
      target.dataset.chosen = target.checked ? "yes" : "";
    }
    if (target.name === "country" || target.dataset.region !== undefined) {
      showRegions();
    }
    // Either a span by its name, or days.
    const group = target.closest("fieldset");
    const span = group?.querySelector(".crm-filter-span");
    if (span && target === span && span.value) {
      for (const day of group.querySelectorAll("input[type=date]")) {
        day.value = "";
      }
    } else if (span && target.type === "date" && target.value) {
      span.value = "";
    }
  });

  for (const field of form.querySelectorAll("[data-narrow]")) {
    field.hidden = false;
    field.addEventListener("input", () => {
      const words = field.value.trim().toLocaleLowerCase();
      for (const option of field.parentElement.querySelectorAll(".crm-filter-options label")) {
        option.hidden = !option.textContent.toLocaleLowerCase().includes(words);
      }
    });
    // Enter here would apply filters that are not chosen yet.
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") {
        event.preventDefault();
      }
    });
  }

  // A short address: a region that was chosen as such stands for its countries, and what is empty
  // is left out.
  form.addEventListener("formdata", ({ formData }) => {
    const covered = new Set();
    formData.delete("region");
    for (const region of regions) {
      if (region.checked && region.dataset.chosen) {
        formData.append("region", region.value);
        region.dataset.region.split(" ").forEach((code) => covered.add(code));
      }
    }
    const pairs = [...formData];
    for (const name of new Set(formData.keys())) {
      formData.delete(name);
    }
    for (const [name, value] of pairs) {
      if (value !== "" && !(name === "country" && covered.has(value))) {
        formData.append(name, value);
      }
    }
  });

  for (const region of regions) {
    region.dataset.chosen = region.checked ? "yes" : "";
  }
  showRegions();
}

async function open(link) {
  const response = await fetch(link.href, { headers: { "X-Requested-With": "fetch" } });
  if (!response.ok || response.redirected) {
    throw new Error(response.statusText);
  }
  const dialog = document.createElement("dialog");
  dialog.className = "crm-sheet";
  dialog.setAttribute("aria-labelledby", "filter-title");
  const part = new DOMParser().parseFromString(await response.text(), "text/html");
  dialog.append(...part.body.children);
  dialog.querySelector("[data-sheet-close]").addEventListener("click", () => dialog.close());
  // A click beside the sheet closes it.
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) {
      dialog.close();
    }
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  prepare(dialog.querySelector("form"));
  dialog.showModal();
}

if (opener) {
  opener.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) {
      return;
    }
    event.preventDefault();
    try {
      await open(opener);
    } catch {
      window.location = opener.href;
    }
  });
}

const page = document.getElementById("filter-form");
if (page) {
  prepare(page);
}

// Menus close by Escape and by a click elsewhere.
const menus = [...document.querySelectorAll("details[data-menu]")];
document.addEventListener("click", ({ target }) => {
  for (const menu of menus) {
    if (!menu.contains(target)) {
      menu.open = false;
    }
  }
});
for (const menu of menus) {
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}
