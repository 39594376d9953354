// Follow-ups from wherever they are shown: done with one click, put off or handed over in a dialog.
//
// A link with data-follow-up-act="now" is done at once, one with "ask" opens its form. Without this
// script both lead to a page. Afterwards the page is fetched anew, and of it only what the follow-up
// has changed is exchanged: each [data-follow-ups] with an id, and else the row of the follow-up
// (around [data-follow-up]). Filters, place and what else was begun on the page stay as they are.

const FRAGMENT = { "X-Fragment": "1" };
const ROW = "tr, li, [data-follow-up-row]";

const underWay = new Set(); // addresses that were asked and have not answered

let dialog = null;
let strip = null;
let place = 0; // of the row that was last worked on, counted from the first
let latest = 0; // the number of the last look at the page anew

function parse(html) {
  return document.createRange().createContextualFragment(html);
}

function box() {
  if (!dialog) {
    dialog = document.createElement("dialog");
    dialog.className = "crm-follow-up-dialog";
    dialog.setAttribute("aria-labelledby", "follow-up-title");
    document.body.append(dialog);
    dialog.addEventListener("close", () => dialog.replaceChildren());
  }
  return dialog;
}

function say(content) {
  if (!strip) {
    strip = document.createElement("div");
    strip.className = "crm-follow-up-strip";
    strip.setAttribute("role", "status");
    document.body.append(strip);
  }
  strip.replaceChildren(content);
}

function fail(link) {
  const text = document.querySelector("[data-failed]")?.dataset.failed;
  if (!text) {
    window.location.assign(link);
    return;
  }
  const note = document.createElement("p");
  note.className = "crm-follow-up-note crm-note-bad";
  note.textContent = text;
  say(note);
}

function remember(key) {
  const all = [...document.querySelectorAll("[data-follow-up]")];
  const found = all.findIndex((one) => one.dataset.followUp === key);
  place = found < 0 ? place : found;
}

// Where the button that was pressed is gone, whoever uses the keyboard goes on at the next row.
function keepFocus() {
  if (document.activeElement && document.activeElement !== document.body) {
    return;
  }
  const all = document.querySelectorAll("[data-follow-up]");
  const near = all[Math.min(place, all.length - 1)];
  (near?.querySelector("a") || strip?.querySelector("button"))?.focus();
}

function exchangeRow(key, fresh) {
  const selector = `[data-follow-up="${key}"]`;
  for (const shown of document.querySelectorAll(selector)) {
    const row = shown.closest(ROW);
    const anew = fresh.querySelector(selector)?.closest(ROW);
    if (!row || row.closest("[data-follow-ups][id]")) {
      continue;
    }
    if (!anew) {
      (row.matches("tr") ? row.closest("tbody") : row).remove();
      continue;
    }
    // The box that selects a row is known to the page's own script.
    const kept = (cell) => cell.matches(".action-checkbox");
    [...row.children].filter((cell) => !kept(cell)).forEach((cell) => cell.remove());
    row.append(...[...anew.children].filter((cell) => !kept(cell)));
  }
}

async function refresh(key) {
  latest += 1;
  const number = latest;
  const response = await fetch(window.location.href);
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  exchangeRow(key, fresh);
  if (number !== latest) {
    return; // a newer look is on its way
  }
  for (const part of document.querySelectorAll("[data-follow-ups][id]")) {
    const anew = fresh.getElementById(part.id);
    if (anew) {
      part.replaceWith(document.importNode(anew, true));
    }
  }
}

// Shows what the server answers: a form in the dialog, or the note that it is done.
async function ask(url, options, byKeyboard = false) {
  if (underWay.has(url)) {
    return; // pressed twice
  }
  underWay.add(url);
  try {
    const response = await fetch(url, { ...options, headers: FRAGMENT });
    const content = parse(await response.text());
    const note = content.querySelector("[data-follow-up-note]");
    if (note) {
      await conclude(note, byKeyboard);
    } else if (content.querySelector("[data-follow-up-form]")) {
      showForm(content);
    } else {
      // Logged out meanwhile, or no right any more: the page itself says what is the matter.
      window.location.assign(url);
    }
  } catch {
    fail(url);
  } finally {
    underWay.delete(url);
  }
}

async function conclude(note, byKeyboard) {
  const key = note.dataset.followUpNote;
  remember(key);
  if (dialog?.open) {
    dialog.close();
  }
  say(note);
  if (byKeyboard) {
    note.querySelector("[name=outcome]")?.focus();
  }
  await refresh(key);
  keepFocus();
}

function showForm(content) {
  box().replaceChildren(content);
  if (!dialog.open) {
    dialog.showModal();
  }
  const wrong = dialog.querySelector("[aria-invalid=true]");
  const first = dialog.querySelector("select, textarea, input:not([type=hidden])");
  (wrong || first || dialog.querySelector("#follow-up-title")).focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-follow-up-act]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    const token = document.querySelector("[name=csrfmiddlewaretoken]");
    if (link.dataset.followUpAct === "now" && token) {
      const body = new FormData();
      body.set(token.name, token.value);
      // A press of the Enter key is a click without a pointer.
      ask(link.href, { method: "POST", body }, event.detail === 0);
    } else {
      ask(link.href, {});
    }
  } else if (event.target.closest("[data-follow-up-close]")) {
    if (event.target.closest(".crm-follow-up-dialog")) {
      event.preventDefault();
      dialog.close();
    } else if (strip?.contains(event.target)) {
      strip.replaceChildren();
      keepFocus();
    }
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-follow-up-form]") || !form.closest("dialog, .crm-follow-up-strip")) {
    return; // the page of its own
  }
  event.preventDefault();
  ask(form.action, { method: "POST", body: new FormData(form, event.submitter) });
});
