// Inviting from the Partner-Finder: each step is fetched into a dialog, the page behind it stays.
//
// A link with data-invite opens the dialog; the value of that attribute is a selector of
// checkboxes (those ticked) or hidden fields whose values go along. Without this script the link
// leads to a page.
// "invite:done" is dispatched on the document once somebody was invited.

const FRAGMENT = { "X-Fragment": "1" };

let dialog = null;
let opener = null;

function panel() {
  if (!dialog) {
    dialog = document.createElement("dialog");
    dialog.className = "crm-invite-dialog";
    dialog.setAttribute("aria-labelledby", "invite-title");
    document.body.append(dialog);
    dialog.addEventListener("submit", send);
    dialog.addEventListener("close", () => {
      dialog.replaceChildren();
      opener?.focus();
    });
  }
  return dialog;
}

function address(link) {
  const url = new URL(link.href);
  if (link.dataset.invite) {
    const ticked = [...document.querySelectorAll(link.dataset.invite)]
      .filter((tick) => tick.type === "hidden" || tick.checked)
      .map((tick) => tick.value);
    if (ticked.length) {
      url.searchParams.set("_selected", ticked.join(","));
    }
  }
  return url;
}

async function show(url, options = {}) {
  const box = panel();
  box.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(url, { ...options, headers: FRAGMENT });
    const html = await response.text();
    const content = document.createRange().createContextualFragment(html);
    if (!content.querySelector(".crm-invite")) {
      throw new Error(`no panel at ${url}: ${response.status}`);
    }
    box.replaceChildren(content);
  } catch {
    // Logged out meanwhile, or no right any more: the page itself says what is the matter.
    window.location.assign(url);
    return;
  } finally {
    box.removeAttribute("aria-busy");
  }
  if (!box.open) {
    box.showModal();
  }
  box.scrollTop = 0;
  (box.querySelector("[aria-invalid=true]") || box.querySelector("#invite-title")).focus();
  if (box.querySelector("[data-invite-done] .crm-note-good")) {
    document.dispatchEvent(new CustomEvent("invite:done"));
  }
}

function send(event) {
  const form = event.target;
  if (form.matches("[data-invite-letters]")) {
    return; // a file comes, no page
  }
  event.preventDefault();
  if (dialog.hasAttribute("aria-busy")) {
    return; // pressed twice
  }
  show(form.action, { method: "POST", body: new FormData(form, event.submitter) });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-invite]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    opener = link;
    show(address(link));
  } else if (event.target.closest("[data-invite-close]") && dialog?.open) {
    event.preventDefault();
    dialog.close();
  }
});

document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-invite-preview]");
  if (form && event.target.name === "guest") {
    const count = form.querySelectorAll("input[name=guest]:checked").length;
    form.querySelector("[data-invite-count]").textContent = ` ${count}`;
    form.querySelector("button[value=invite]").disabled = count === 0;
  }
});
