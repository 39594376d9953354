// Fetches the content of a tab when it is first seen: <div data-load="address">.
//
// Such a tab may hold a stream of entries (templates/admin/timeline): a form data-stream-kinds,
// each tick of which fetches the entries anew, and a link data-stream-more, which appends the
// next ones.

const FRAGMENT = { "X-Fragment": "1" };

async function read(address, options) {
  const response = await fetch(address, { credentials: "same-origin", ...options });
  // A session that has run out answers with the page of the login.
  if (!response.ok || response.redirected) throw new Error(response.statusText);
  return response.text();
}

async function load(place) {
  try {
    place.innerHTML = await read(place.dataset.load);
  } catch {
    place.textContent = place.dataset.failed;
    place.setAttribute("role", "alert");
  }
  place.removeAttribute("aria-busy");
}

const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    seen.unobserve(target);
    load(target);
  }
});
for (const place of document.querySelectorAll("[data-load]")) seen.observe(place);

// --- Streams ---

let running;

function say(stream) {
  const said = stream.querySelector("[data-stream-said]");
  stream.querySelector("[data-stream-status]").textContent = said.value;
  said.remove();
}

function fail(entries) {
  const note = document.createElement("p");
  note.className = "crm-note crm-note-bad";
  note.setAttribute("role", "alert");
  note.textContent = entries.dataset.failed;
  entries.append(note);
}

async function fetchEntries(stream, address, show) {
  const entries = stream.querySelector("[data-stream-entries]");
  running?.abort(); // an older answer must not come after a newer one
  const mine = (running = new AbortController());
  entries.setAttribute("aria-busy", "true");
  entries.querySelector(":scope > .crm-note-bad")?.remove();
  try {
    show(entries, await read(address, { headers: FRAGMENT, signal: mine.signal }));
    say(stream);
  } catch {
    if (!mine.signal.aborted) fail(entries);
  }
  if (running === mine) entries.removeAttribute("aria-busy");
}

function replace(entries, html) {
  entries.innerHTML = html;
}

function append(entries, html) {
  const page = document.createElement("template");
  page.innerHTML = html;
  const [year] = page.content.querySelectorAll("section");
  const last = entries.querySelector(":scope > section:last-of-type");
  const firstLink = year?.querySelector("li a");
  if (year && last?.dataset.year === year.dataset.year) {
    last.querySelector("ol").append(...year.querySelectorAll("li"));
    year.remove();
  }
  entries.querySelector("[data-stream-more]").parentElement.remove();
  entries.append(page.content);
  firstLink?.focus(); // whoever asked by keyboard reads on from there
}

function readAnew(stream) {
  const form = stream.querySelector("[data-stream-kinds]");
  const address = `${form.action}?${new URLSearchParams(new FormData(form))}`;
  fetchEntries(stream, address, replace);
}

document.addEventListener("change", ({ target }) => {
  const form = target.closest("[data-stream-kinds]");
  if (form) readAnew(form.closest("[data-stream]"));
});

// A contact logged on this page may belong to its stream.
document.addEventListener("quicklog:saved", () => {
  document.querySelectorAll("[data-stream]").forEach(readAnew);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-stream-more]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const stream = link.closest("[data-stream]");
  // A second click while the first is under way would append the same page again.
  if (stream.querySelector("[data-stream-entries]").getAttribute("aria-busy") === "true") return;
  fetchEntries(stream, link.href, append);
});
