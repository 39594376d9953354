// The Partner-Finder: list, count and map follow each choice, and so does the address of the page.
//
// Only the newest question is answered: an older one under way is broken off.

const form = document.getElementById("finder-form");

if (form) {
  start();
}

function start() {
  const results = document.getElementById("finder-results");
  const heading = document.getElementById("finder-heading");
  const sort = document.getElementById("finder-sort");
  const ticked = document.getElementById("finder-ticked");
  const ticks = document.getElementById("finder-ticks");
  const keep = document.getElementById("finder-keep");
  let waiting = null;
  let asking = null;
  // The order is part of the question only once it was chosen.
  let sortIsChosen = new URLSearchParams(window.location.search).has("sort");

  form.querySelector("[data-without-script]").hidden = true;
  if (window.matchMedia("(max-width: 1023px)").matches) {
    form.querySelector(".crm-finder-all").open = false;
  }

  // --- Asking -----------------------------------------------------------------------------------

  function question() {
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (value.trim() && (name !== "sort" || sortIsChosen)) {
        query.append(name, value);
      }
    }
    return query;
  }

  function ask(query, delay = 0) {
    clearTimeout(waiting);
    waiting = setTimeout(() => fetchResults(query), delay);
  }

  async function fetchResults(query) {
    asking?.abort();
    const mine = new AbortController();
    asking = mine;
    results.setAttribute("aria-busy", "true");
    const address = `${window.location.pathname}?${query}`;
    try {
      const response = await fetch(address, {
        headers: { "X-Fragment": "1" },
        signal: mine.signal,
      });
      if (!response.ok || response.redirected) {
        throw new Error(`${response.status}`);
      }
      const answer = await response.json();
      if (asking === mine) {
        window.history.replaceState(null, "", address);
        show(answer);
      }
    } catch (error) {
      // Logged out meanwhile, or the server is away: the page itself says what is the matter.
      if (error.name !== "AbortError") {
        window.location.assign(address);
      }
    } finally {
      if (asking === mine) {
        results.removeAttribute("aria-busy");
      }
    }
  }

  function show(answer) {
    results.replaceChildren(document.createRange().createContextualFragment(answer.html));
    heading.textContent = answer.heading;
    sort.value = answer.sort;
    for (const element of document.querySelectorAll("[data-query]")) {
      const name = element.tagName === "FORM" ? "action" : "href";
      const [path] = element.getAttribute(name).split("?");
      element.setAttribute(name, `${path}?${answer.query}`);
    }
    for (const place of form.querySelectorAll("[data-error]")) {
      place.textContent = (answer.errors[place.dataset.error] || []).join(" ");
      place.hidden = !place.textContent;
    }
    for (const place of form.querySelectorAll("[data-count]")) {
      const [name, value] = place.dataset.count.split(":");
      const counts = answer.counts[name];
      place.textContent = counts ? counts[value] || 0 : "";
    }
    for (const group of form.querySelectorAll(".crm-finder-group")) {
      const asked = new Set(
        [...group.querySelectorAll("input, select")]
          .filter((input) => (input.type === "checkbox" ? input.checked : input.value.trim()))
          .map((input) => input.name),
      );
      const place = group.querySelector("[data-chosen]");
      place.textContent = asked.size;
      place.hidden = asked.size === 0;
    }
    document.dispatchEvent(new CustomEvent("map:update", { detail: answer.map }));
    showTicks();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(question());
  });
  form.addEventListener("input", (event) => {
    if (event.target.type === "search" || (event.target.type === "text" && !picker(event.target))) {
      ask(question(), 250);
    }
  });
  form.addEventListener("change", (event) => {
    const box = picker(event.target);
    if (box && event.target.type === "text") {
      pick(box, event.target);
    } else if (box && event.target.type === "checkbox") {
      event.target.closest("li").remove();
      box.querySelector("input[type=text]").focus();
    }
    ask(question());
  });
  sort.addEventListener("change", () => {
    sortIsChosen = true;
    ask(question());
  });
  results.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-live]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      ask(new URL(link.href).searchParams);
      heading.scrollIntoView();
    }
  });
  document.addEventListener("invite:done", () => ask(new URLSearchParams(window.location.search)));

  // --- Several values out of a list -------------------------------------------------------------

  function picker(input) {
    return input.closest("[data-pick]");
  }

  // Move what was typed among the values, where the list knows it; else the server says so.
  function pick(box, input) {
    const text = input.value.trim();
    const option = [...input.list.options].find(
      (known) => known.value.toLowerCase() === text.toLowerCase(),
    );
    if (!option) {
      return;
    }
    const picked = box.querySelector("ul");
    if ("single" in box.dataset) {
      picked.replaceChildren();
    }
    const value = option.dataset.value;
    if (!picked.querySelector(`input[value="${CSS.escape(value)}"]`)) {
      const item = document.createElement("li");
      const label = item.appendChild(document.createElement("label"));
      const tick = label.appendChild(document.createElement("input"));
      Object.assign(tick, { type: "checkbox", name: box.dataset.pick, value, checked: true });
      const name = document.createElement("span");
      name.textContent = option.value;
      label.append(" ", name);
      picked.append(item);
    }
    input.value = "";
  }

  // A value chosen by mouse is complete at once; one that is typed is with Enter or on leaving.
  form.addEventListener("input", (event) => {
    const box = picker(event.target);
    if (box && event.inputType === "insertReplacementText") {
      pick(box, event.target);
      ask(question());
    }
  });
  form.addEventListener("keydown", (event) => {
    const box = picker(event.target);
    if (box && event.key === "Enter" && event.target.type === "text" && event.target.value) {
      event.preventDefault();
      pick(box, event.target);
      ask(question());
    }
  });

  // --- Ticks, kept over pages and changes -------------------------------------------------------

  function showTicks() {
    const chosen = new Set([...ticked.children].map((input) => input.value));
    for (const tick of results.querySelectorAll("[data-tick]")) {
      tick.checked = chosen.has(tick.value);
    }
    const all = results.querySelector("[data-tick-all]");
    if (all) {
      all.checked = !results.querySelector("[data-tick]:not(:checked)");
    }
    ticks.hidden = chosen.size === 0;
    ticks.querySelector("[data-ticked-count]").textContent = chosen.size;
  }

  function tick(value, checked) {
    const known = [...ticked.children].find((input) => input.value === value);
    if (checked && !known) {
      const input = ticked.appendChild(document.createElement("input"));
      Object.assign(input, { type: "checkbox", value, checked: true });
    } else if (!checked) {
      known?.remove();
    }
  }

  results.addEventListener("change", (event) => {
    const target = event.target;
    if ("tickAll" in target.dataset) {
      for (const other of results.querySelectorAll("[data-tick]")) {
        tick(other.value, target.checked);
      }
    } else if ("tick" in target.dataset) {
      tick(target.value, target.checked);
    }
    showTicks();
  });
  ticks.querySelector("[data-untick]").addEventListener("click", () => {
    ticked.replaceChildren();
    showTicks();
    heading.scrollIntoView();
  });

  // --- Keeping the search -----------------------------------------------------------------------

  document.querySelector("[data-keep]")?.addEventListener("click", (event) => {
    keep.hidden = !keep.hidden;
    event.currentTarget.setAttribute("aria-expanded", String(!keep.hidden));
    if (!keep.hidden) {
      keep.querySelector("input[type=text]").focus();
    }
  });
}
