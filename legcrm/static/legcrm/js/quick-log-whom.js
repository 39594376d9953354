// Whom a log is about: one search field over organisations and people, the chips of those chosen, and
// a partner entered on the spot. The focus stays in the field; arrows choose, Enter takes.

const PAUSE = 150; // milliseconds without a key before it asks
const SHORTEST = 2;

const say = (text, word) => text.replace("%s", word);

export function element(name, className, text = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

export class Whom {
  // ``changed`` is called after each choice, ``leave`` when Enter is pressed in the empty field.
  constructor(form, { changed, leave }) {
    this.form = form;
    this.texts = form.dataset;
    this.changed = changed;
    this.leave = leave;
    this.input = form.querySelector("#log-whom");
    this.list = form.querySelector("#log-hits");
    this.chips = form.querySelector("[data-log-chips]");
    this.note = form.querySelector("[data-log-whom-note]");
    this.block = form.querySelector("[data-log-new]");
    this.chosen = [];
    this.made = [];
    this.answered = "";
    this.isAwaited = false;

    this.input.addEventListener("input", () => this.#typed());
    this.input.addEventListener("keydown", (event) => this.#key(event));
    this.input.addEventListener("blur", () => this.#close());
    // Pressing must not take the focus from the field before the click is heard.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) {
        this.#take(option);
      }
    });
    this.chips.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button?.dataset.remove) {
        this.remove(button.dataset.remove);
        this.input.focus();
      } else if (button?.dataset.twin) {
        this.#acceptTwin(button.dataset.twin);
      }
    });
    this.block.addEventListener("click", (event) => this.#pressed(event));
    this.block.addEventListener("input", () => this.#similarLater());
    this.block.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target.matches("input")) {
        event.preventDefault();
        this.#addNew();
      } else if (event.key === "Escape") {
        event.preventDefault();
        this.#closeNew();
      }
    });
    window.addEventListener("online", () => {
      if (this.input.value.trim()) {
        this.#ask();
      }
    });
  }

  // --- Chips ---------------------------------------------------------------------------------

  // ``made`` are the new partners among ``chosen``; errors are {ref: messages}.
  fill(chosen, made, errors = {}, twins = []) {
    this.chosen = [...chosen];
    this.made = [...made];
    this.input.value = "";
    this.note.textContent = "";
    this.#close();
    this.block.hidden = true;
    this.block.replaceChildren();
    this.show(errors, twins);
  }

  show(errors = {}, twins = []) {
    this.chips.replaceChildren(
      ...this.chosen.map((partner) => {
        const chip = element("li", "crm-log-chip");
        chip.append(element("span", "", partner.label));
        if (partner.key.startsWith("n:")) {
          chip.append(element("span", "crm-chip crm-chip-info", this.texts.textNew));
        }
        const remove = element("button", "crm-log-remove", "×");
        remove.type = "button";
        remove.dataset.remove = partner.key;
        remove.setAttribute("aria-label", say(this.texts.textRemove, partner.label));
        chip.append(remove);
        for (const message of errors[partner.key] ?? []) {
          chip.append(element("p", "crm-error", message));
        }
        if (twins.includes(partner.key)) {
          const button = element("button", "crm-button crm-button-small", this.texts.textTwin);
          button.type = "button";
          button.dataset.twin = partner.key;
          chip.append(button);
        }
        return chip;
      })
    );
    this.chips.hidden = !this.chosen.length;
  }

  add(partner) {
    if (!this.has(partner.key)) {
      this.chosen.push({ key: partner.key, label: partner.label });
    }
    this.show();
    this.changed();
  }

  has(key) {
    return this.chosen.some((partner) => partner.key === key);
  }

  remove(key) {
    this.chosen = this.chosen.filter((partner) => partner.key !== key);
    this.made = this.made.filter((partner) => partner.ref !== key);
    for (const partner of this.made.filter((one) => one.organisation === key)) {
      partner.organisation = "";
    }
    this.show();
    this.changed();
  }

  #acceptTwin(ref) {
    this.made.find((partner) => partner.ref === ref).same_name_checked = true;
    this.show();
    this.changed();
    this.form.querySelector("[data-log-save]").focus();
  }

  // --- Search --------------------------------------------------------------------------------

  #typed() {
    clearTimeout(this.timer);
    this.isAwaited = false;
    this.timer = setTimeout(() => this.#ask(), PAUSE);
  }

  async #ask() {
    clearTimeout(this.timer);
    this.running?.abort(); // an older answer must not overwrite a newer one
    const words = this.input.value.trim();
    if (words.length < SHORTEST) {
      this.answered = words;
      this.note.textContent = "";
      this.#close();
      return;
    }
    const running = new AbortController();
    this.running = running;
    let hits = null;
    try {
      const response = await fetch(`${this.texts.whom}?q=${encodeURIComponent(words)}`, {
        headers: { "X-Quick-Log": "1" },
        signal: running.signal,
      });
      hits = (await response.json()).hits ?? null;
    } catch {
      // no connection, or asked anew meanwhile
    }
    if (this.running !== running) {
      return;
    }
    this.answered = words;
    this.#fillList(words, hits);
    if (this.isAwaited) {
      this.isAwaited = false;
      // What nobody has seen yet is taken only if it was found.
      this.#take(this.list.querySelector("[data-key]"));
    }
  }

  #fillList(words, hits) {
    const known = (hits ?? []).filter((hit) => !this.has(hit.key));
    const options = known.map((hit) => this.#option(hit.label, hit.details, { key: hit.key }));
    for (const kind of ["organisation", "person"]) {
      if (hits && kind in this.#mayMake()) {
        const name = kind === "person" ? this.texts.textPerson : this.texts.textOrganisation;
        options.push(this.#option(say(name, words), "", { make: kind }));
      }
    }
    options.forEach((option, number) => {
      option.id = `log-hit-${number}`;
    });
    this.list.replaceChildren(...options);
    this.list.hidden = !options.length;
    this.list.scrollTop = 0;
    this.input.setAttribute("aria-expanded", String(options.length > 0));
    this.#mark(options[0]);
    const found = known.length ? say(this.texts.textHits, known.length) : this.texts.textNothing;
    this.note.textContent = hits ? found : this.texts.textUnsearched;
  }

  #mayMake() {
    const may = {};
    if ("mayOrganisation" in this.texts) may.organisation = true;
    if ("mayPerson" in this.texts) may.person = true;
    return may;
  }

  #option(title, details, data) {
    const option = element("div", "crm-log-hit");
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    Object.assign(option.dataset, data, { label: title });
    option.append(element("span", "crm-log-hit-name", title));
    if (details) {
      option.append(element("span", "crm-log-hit-details", details));
    }
    return option;
  }

  #mark(option) {
    this.list.querySelector("[aria-selected=true]")?.setAttribute("aria-selected", "false");
    if (option) {
      option.setAttribute("aria-selected", "true");
      option.scrollIntoView({ block: "nearest" });
      this.input.setAttribute("aria-activedescendant", option.id);
    } else {
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  #close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.#mark(null);
  }

  #step(by) {
    const options = [...this.list.querySelectorAll("[role=option]")];
    const next = options[options.indexOf(this.list.querySelector("[aria-selected=true]")) + by];
    if (next) {
      this.#mark(next);
    }
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.isComposing) {
      return;
    }
    const isOpen = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      this.#step(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.#enter();
    } else if (event.key === "Escape" && isOpen) {
      event.preventDefault();
      this.#close();
    } else if (event.key === "Backspace" && !this.input.value && this.chosen.length) {
      this.remove(this.chosen.at(-1).key);
    }
  }

  #enter() {
    const words = this.input.value.trim();
    if (!words) {
      this.leave();
    } else if (words === this.answered && !this.list.hidden) {
      this.#take(this.list.querySelector("[aria-selected=true]"));
    } else {
      this.isAwaited = true;
      this.#ask();
    }
  }

  #take(option) {
    if (!option) {
      return;
    }
    const { key, label, make } = option.dataset;
    const words = this.input.value.trim();
    this.input.value = "";
    this.answered = "";
    this.note.textContent = "";
    this.#close();
    if (key) {
      this.add({ key, label });
    } else {
      this.openNew(make, make === "person" ? namesOf(words) : { name: words });
    }
  }

  // --- A partner entered on the spot ---------------------------------------------------------

  get isMaking() {
    return !this.block.hidden;
  }

  // Shows the fields of a new partner, filled with ``values``.
  async openNew(kind, values) {
    let html;
    try {
      const response = await fetch(`${this.texts.partner}?kind=${kind}`, {
        headers: { "X-Quick-Log": "1" },
      });
      if (!response.ok) {
        throw new Error(response.statusText);
      }
      html = await response.text();
    } catch {
      this.input.value = values.name ?? values.last_name ?? "";
      this.note.textContent = this.texts.textUnsearched;
      return;
    }
    this.block.innerHTML = html;
    this.block.dataset.kind = kind;
    this.block.hidden = false;
    this.brought = { ...values }; // what came along and has no field, such as an academic title
    const organisations = this.block.querySelector("[data-field=organisation]");
    if (organisations) {
      const known = this.chosen.filter(({ key }) => this.#isOrganisation(key));
      if (values.organisation && !this.has(values.organisation)) {
        known.push({ key: values.organisation, label: values.organisation_name });
      }
      known.forEach(({ key, label }) => organisations.append(new Option(label, key)));
      const named = known.findIndex(({ label }) => label === values.organisation_name);
      organisations.selectedIndex = Math.max(named + 1, known.length ? 1 : 0);
    }
    for (const field of this.block.querySelectorAll("[data-field]")) {
      if (values[field.dataset.field]) {
        field.value = values[field.dataset.field];
        field.closest(".crm-log-field").hidden = false;
      }
    }
    const fields = [...this.block.querySelectorAll("[data-field]")];
    (fields.find((field) => field.required && !field.value) ?? fields[0]).focus();
    this.#similar();
  }

  #isOrganisation(key) {
    const made = this.made.find((partner) => partner.ref === key);
    return key.startsWith("o:") || made?.kind === "organisation";
  }

  #closeNew() {
    this.block.hidden = true;
    this.block.replaceChildren();
    this.input.focus();
  }

  #values() {
    const fields = [...this.block.querySelectorAll("[data-field]")];
    return Object.fromEntries(fields.map((field) => [field.dataset.field, field.value.trim()]));
  }

  #pressed(event) {
    const use = event.target.closest("[data-use]");
    if (use) {
      const prefix = this.block.dataset.kind === "person" ? "p" : "o";
      this.#closeNew();
      this.add({ key: `${prefix}:${use.dataset.use}`, label: use.dataset.label });
    } else if (event.target.closest("[data-new-add]")) {
      this.#addNew();
    } else if (event.target.closest("[data-new-cancel]")) {
      this.#closeNew();
    }
  }

  #addNew() {
    const missing = [...this.block.querySelectorAll("[required]")].find((field) => !field.value.trim());
    const error = this.block.querySelector("[data-new-error]");
    if (missing) {
      error.textContent = error.dataset.text;
      error.hidden = false;
      missing.setAttribute("aria-invalid", "true");
      missing.focus();
      return;
    }
    const kind = this.block.dataset.kind;
    const partner = { ...this.brought, ...this.#values(), kind, ref: `n:${crypto.randomUUID()}` };
    const label =
      kind === "person"
        ? [partner.first_name, partner.last_name].filter(Boolean).join(" ")
        : partner.name;
    this.made.push(partner);
    this.#closeNew();
    this.add({ key: partner.ref, label });
  }

  // --- Those that look like it ---------------------------------------------------------------

  #similarLater() {
    clearTimeout(this.similarTimer);
    this.similarTimer = setTimeout(() => this.#similar(), 2 * PAUSE);
  }

  async #similar() {
    const kind = this.block.dataset.kind;
    const values = this.#values();
    const query = new URLSearchParams();
    for (const name of ["name", "country", "first_name", "last_name", "email", "phone", "mobile"]) {
      if (values[name]) {
        query.append(name, values[name]);
      }
    }
    if (values.organisation?.startsWith("o:")) {
      query.append("affiliations-organisation", values.organisation.slice(2));
    }
    const address = kind === "person" ? this.texts.similarPerson : this.texts.similarOrganisation;
    this.looking?.abort();
    const looking = new AbortController();
    this.looking = looking;
    try {
      const response = await fetch(`${address}?${query}`, { signal: looking.signal });
      const box = this.block.querySelector("[data-log-similar]");
      if (!response.ok || response.redirected || !box || this.looking !== looking) {
        return;
      }
      box.innerHTML = (await response.text()).trim();
      box.querySelectorAll("[data-use]").forEach((button) => {
        button.hidden = false;
      });
    } catch {
      // It only warns: without a connection, or asked anew, there is nothing to say.
    }
  }
}

// "Aigul Karimova" is a first name and a last name.
function namesOf(words) {
  const cut = words.lastIndexOf(" ");
  return { first_name: words.slice(0, Math.max(cut, 0)), last_name: words.slice(cut + 1) };
}
