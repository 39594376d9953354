// The board: a card is dragged to its new stage, or moved by its button, with the keyboard alone.
//
// Without this script the button leads to a page. With it the form of that page opens in a dialog;
// the arrow keys on the button, and a drop, post it at once where the stage asks for nothing more.
// Afterwards the columns are fetched anew, and the focus stays with the card.

const FRAGMENT = { "X-Fragment": "1" };
const page = document.querySelector("[data-board-page]");
const said = page.querySelector("[data-board-said]");

let dialog = null;
let dragged = null;
let isUnderWay = false;

function parse(html) {
  return document.createRange().createContextualFragment(html);
}

function board() {
  return document.getElementById("board");
}

function cardOf(key) {
  return board().querySelector(`[data-card="${key}"]`);
}

function say(note) {
  said.replaceChildren(note);
}

function fail() {
  const note = document.createElement("p");
  note.className = "crm-note crm-note-bad";
  note.textContent = page.dataset.failed;
  say(note);
}

// --- The dialog ---

function box() {
  if (!dialog) {
    dialog = document.createElement("dialog");
    dialog.className = "crm-follow-up-dialog crm-board-dialog";
    dialog.setAttribute("aria-labelledby", "move-title");
    document.body.append(dialog);
    dialog.addEventListener("close", () => {
      const key = dialog.dataset.key;
      dialog.replaceChildren();
      cardOf(key)?.querySelector("[data-move]")?.focus();
    });
  }
  return dialog;
}

// What only some stages ask for is shown with them.
function showAsked() {
  const stage = dialog.querySelector("[name=stage]:checked")?.value;
  for (const field of dialog.querySelectorAll("[data-asked-by]")) {
    field.closest("[data-move-field]").hidden = !field.dataset.askedBy.split(" ").includes(stage);
  }
}

function showForm(content, key) {
  box().dataset.key = key;
  dialog.replaceChildren(content);
  showAsked();
  if (!dialog.open) dialog.showModal();
  const wrong = dialog.querySelector("[aria-invalid=true]:not([type=radio])");
  const asked = [...dialog.querySelectorAll("[data-asked-by]")].find((field) => field.offsetParent);
  const chosen = dialog.querySelector("[name=stage]:checked");
  (wrong || (chosen && asked) || chosen || dialog.querySelector("[name=stage]"))?.focus();
}

// --- Asking the server ---

// A form in the answer is shown in the dialog; a note says what was done.
async function ask(url, options, key) {
  if (isUnderWay) return; // pressed twice
  isUnderWay = true;
  try {
    const response = await fetch(url, { ...options, headers: FRAGMENT });
    const content = parse(await response.text());
    const note = content.querySelector("[data-moved]");
    if (note) {
      await conclude(note, key);
    } else if (content.querySelector("[data-board-move]")) {
      showForm(content, key);
    } else {
      // Logged out meanwhile, or no right any more: the page itself says what is the matter.
      window.location.assign(url);
    }
  } catch {
    dialog?.close();
    fail();
  } finally {
    isUnderWay = false;
  }
}

async function conclude(note, key) {
  await refresh();
  dialog?.close();
  say(note);
  const card = cardOf(key);
  const details = card?.closest("details");
  if (details) details.open = true;
  card?.querySelector("[data-move]")?.focus();
  card?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

async function refresh() {
  const response = await fetch(window.location.href);
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  const anew = fresh.getElementById("board");
  if (!anew) throw new Error(response.statusText);
  for (const open of board().querySelectorAll("details[open]")) {
    anew.querySelector(`#${open.id}`).open = true;
  }
  const [left, top] = [board().scrollLeft, window.scrollY];
  board().replaceWith(document.importNode(anew, true));
  board().scrollLeft = left;
  window.scrollTo({ top });
}

function moveTo(card, column) {
  const stage = column.dataset.stage;
  if (column.contains(card)) return;
  const link = card.querySelector("[data-move]");
  const key = card.dataset.card;
  if ("asks" in column.dataset) {
    ask(`${link.href}&stage=${stage}`, {}, key);
    return;
  }
  const body = new FormData();
  body.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
  body.set("version", card.dataset.version);
  body.set("stage", stage);
  ask(link.href, { method: "POST", body }, key);
}

// --- The keyboard and the button ---

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-move]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    ask(link.href, {}, link.closest("[data-card]").dataset.card);
  } else if (event.target.closest("[data-board-close]") && event.target.closest("dialog")) {
    event.preventDefault();
    dialog.close();
  }
});

document.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!step || !event.target.matches("a[data-move]") || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault(); // the board would scroll
  const card = event.target.closest("[data-card]");
  const road = [...board().querySelectorAll("[data-on-road]")];
  const place = road.findIndex((column) => column.contains(card));
  if (place >= 0 && road[place + step]) moveTo(card, road[place + step]);
});

document.addEventListener("change", (event) => {
  if (dialog?.contains(event.target)) showAsked();
  if (event.target.closest("[data-board-filters]")) event.target.form.requestSubmit();
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("dialog [data-board-move]")) return; // the page of its own
  event.preventDefault();
  ask(form.action, { method: "POST", body: new FormData(form, event.submitter) }, dialog.dataset.key);
});

// --- Dragging ---

function columnAt(event) {
  return dragged && event.target.closest?.("#board [data-stage]");
}

function unmark() {
  board().querySelectorAll(".is-over").forEach((column) => column.classList.remove("is-over"));
}

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-card]");
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.card);
  dragged.classList.add("is-dragged");
});

document.addEventListener("dragover", (event) => {
  const column = columnAt(event);
  if (!column) return;
  event.preventDefault();
  if (!column.classList.contains("is-over")) {
    unmark();
    column.classList.add("is-over");
  }
});

document.addEventListener("drop", (event) => {
  const column = columnAt(event);
  if (!column) return;
  event.preventDefault();
  moveTo(dragged, column);
});

document.addEventListener("dragend", () => {
  dragged?.classList.remove("is-dragged");
  dragged = null;
  unmark();
});
