// The quick log: a form that comes with every page and opens without a connection. What is typed is
// kept at once (quick-log-outbox.js); sent, it is sent until the server has answered.
//
// A link with data-log-open opens it, one with data-log too, with what its address presets; so does
// the key N. "quicklog:propose" on the form fills it with what was read from a file, to be confirmed:
// {whom: [{key, label}], new: [{kind, …}], kind, subject, notes, occurred_at,
// files: [{token, name, size}]}.

import { Outbox } from "./quick-log-outbox.js";
import { Whom, element } from "./quick-log-whom.js";

const PAUSE = 200; // milliseconds without a key before a day is read
const FIRST_RETRY = 3000;
const LAST_RETRY = 60000;
const SHORTCUT = "crm-log-shortcut";
// "Next step: send samples until Friday" as dictated, on a line or in a sentence of its own.
const STEP =
  /(?:^|[\n.!?;]\s*)(?:nächster schritt|next step|→|->)\s*[:–-]?\s*([^\n]+?)(?=(?<!\d)[.!?]\s+\p{Lu}|(?:(?<!\d)[.!?])?\s*(?:\n|$))/iu;
const UNTIL = /^(.*?)[\s,]+(?:bis zum|bis|until|by)\s+(.+)$/iu;

const two = (number) => String(number).padStart(2, "0");
const dayOf = (date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
const minuteOf = (date) => `${dayOf(date)}T${two(date.getHours())}:${two(date.getMinutes())}`;
const say = (text, word) => text.replace("%s", word);

class QuickLog {
  constructor(form) {
    this.form = form;
    this.texts = form.dataset;
    this.dialog = form.closest("dialog");
    this.toasts = document.querySelector("[data-log-toasts]");
    this.fields = form.querySelector("[data-log-fields]");
    this.state = form.querySelector("[data-log-state]");
    this.step = form.elements.next_step;
    this.due = form.elements.due;
    this.outbox = new Outbox(form);
    this.whom = new Whom(form, {
      changed: () => {
        this.showOffers();
        this.touch();
      },
      leave: () => form.elements.text.focus(),
    });
    this.delay = FIRST_RETRY;
    this.listen();
    this.show(this.fresh());
  }

  fresh() {
    const now = new Date();
    return {
      key: crypto.randomUUID(), user: this.outbox.user, began: now.toISOString(), today: dayOf(now),
      whom: [], new: [], files: [], kind: "meeting", text: "", occurred_at: now.toISOString(),
      next_step: "", due: "", mission: "", appointment: "", cooperation: "",
      missions: [], appointments: [], offered: [], isTouched: false, isStepTyped: false,
      pending: false, returned: "", errors: {}, twins: [],
    };
  }

  get isShown() {
    return !this.dialog || this.dialog.open;
  }

  // --- Open and close ------------------------------------------------------------------------

  // ``preset`` is the query of an address, such as "organisations=17".
  open(preset = "", key = "") {
    const kept = key ? this.outbox.get(key) : this.outbox.newestDraft();
    const kind = new URLSearchParams(preset).get("kind") ?? "meeting";
    this.show(kept ?? { ...this.fresh(), kind });
    if (this.dialog && !this.dialog.open) {
      this.dialog.showModal();
    }
    // At once, while the tap is being heard: phones show no keyboard later.
    this.whom.input.focus();
    if (!this.log.pending) {
      this.askContext(preset);
    }
    this.tell();
  }

  close() {
    this.dialog?.close();
  }

  // Fill the form with ``log``.
  show(log) {
    this.log = log;
    const { elements } = this.form;
    elements.text.value = log.text;
    elements.kind.value = log.kind;
    elements.occurred_at.value = log.occurred_at ? minuteOf(new Date(log.occurred_at)) : "";
    if (this.step) {
      this.step.value = log.next_step;
      this.due.value = log.due;
      this.saidDue("");
    }
    this.whom.fill(log.whom, log.new, log.errors, log.twins);
    this.showChoices();
    this.showOffers();
    this.showFiles();
    this.showDraft();
    this.showErrors(log.errors);
    this.lock(log.pending);
    if (log.pending) {
      this.say(this.texts.textWaiting, [this.retryButton()], "warn");
    } else {
      this.sayReturned();
    }
    if (log.due && !log.pending) {
      this.readDue(false);
    }
  }

  showDraft() {
    const line = this.form.querySelector("[data-log-draft]");
    const began = new Date(this.log.began);
    const isToday = dayOf(began) === dayOf(new Date());
    const options = isToday ? { timeStyle: "short" } : { dateStyle: "short", timeStyle: "short" };
    const time = began.toLocaleString(document.documentElement.lang, options);
    line.querySelector("span").textContent = say(this.texts.textDraft, time);
    line.hidden = !this.log.isTouched || !this.outbox.get(this.log.key);
  }

  lock(isLocked) {
    this.fields.disabled = isLocked;
    this.form.querySelector("[data-log-save]").disabled = isLocked;
  }

  // --- Presets -------------------------------------------------------------------------------

  async askContext(preset) {
    const { log } = this;
    this.asked = preset;
    try {
      const response = await fetch(`${this.texts.context}?${preset}`, {
        headers: { "X-Quick-Log": "1" },
      });
      if (!response.ok || this.log !== log || log.pending) {
        return;
      }
      this.asked = null;
      this.applyContext(await response.json());
    } catch {
      // Without a connection there are no presets; they are asked for again when it is back.
    }
  }

  applyContext(context) {
    const { log } = this;
    const missing = context.whom.filter(({ key }) => !this.whom.has(key));
    log.offered = [];
    if (log.isTouched && log.whom.length) {
      log.offered = missing; // a draft about somebody else: one tap adds them
    } else {
      missing.forEach(({ key, label }) => this.whom.chosen.push({ key, label }));
      this.whom.show();
      log.whom = this.whom.chosen;
      log.cooperation ||= context.cooperation;
    }
    const join = (ours, theirs) => [
      ...ours,
      ...theirs.filter(({ key }) => !ours.some((one) => one.key === key)),
    ];
    const isFirst = !log.missions.length && !log.appointments.length;
    log.missions = join(log.missions, context.missions);
    log.appointments = join(log.appointments, context.appointments);
    if (isFirst) {
      log.mission = context.mission;
      log.appointment = context.appointment;
    }
    this.showChoices();
    this.showOffers();
  }

  showChoices() {
    for (const [name, choices] of [
      ["mission", this.log.missions],
      ["appointment", this.log.appointments],
    ]) {
      const select = this.form.elements[name];
      select.replaceChildren(new Option("–", ""), ...choices.map((one) => new Option(one.label, one.key)));
      select.value = this.log[name];
      select.closest("[data-log-choice]").hidden = !choices.length;
    }
  }

  // The hosts of the appointment, and whom a page or a file proposes: one tap adds them.
  showOffers() {
    const occasion = this.log.appointments.find(({ key }) => key === this.log.appointment);
    const partners = [...(occasion?.hosts ?? []), ...this.log.offered];
    const buttons = partners
      .filter(({ key }) => !key || !this.whom.has(key))
      .map((partner) => {
        const label = say(this.texts.textAdd, partner.label);
        const button = element("button", "crm-button crm-button-small", label);
        button.type = "button";
        button.addEventListener("click", () => this.takeOffer(partner));
        return button;
      });
    this.form.querySelector("[data-log-offers]").replaceChildren(...buttons);
  }

  takeOffer(partner) {
    if (partner.key) {
      this.whom.add(partner);
      this.whom.input.focus();
    } else {
      this.log.offered = this.log.offered.filter((one) => one !== partner);
      this.whom.openNew(partner.values.kind, partner.values);
      this.showOffers();
    }
  }

  // --- Typing --------------------------------------------------------------------------------

  typed(event) {
    const { name } = event.target;
    if (name === "text" && !this.log.isStepTyped) {
      this.proposeStep();
    } else if (name === "next_step" || name === "due") {
      this.log.isStepTyped = Boolean(this.step.value || this.due.value);
    }
    if (name === "due") {
      this.log.today = dayOf(new Date());
      clearTimeout(this.dueTimer);
      this.dueTimer = setTimeout(() => this.readDue(false), PAUSE);
    }
    if (name === "appointment") {
      const occasion = this.log.appointments.find(({ key }) => key === event.target.value);
      if (occasion) {
        this.form.elements.mission.value = occasion.mission;
      }
    }
    if (name) {
      this.showError(name, []);
      this.touch();
      this.showOffers();
    }
  }

  // What is in the form is kept from now on.
  touch() {
    this.log.isTouched = true;
    this.collect();
    this.outbox.keep(this.log);
    if (!this.outbox.isKept) {
      this.say(this.texts.textUnkept);
    }
  }

  collect() {
    const { elements } = this.form;
    const when = elements.occurred_at.value;
    Object.assign(this.log, {
      whom: this.whom.chosen,
      new: this.whom.made,
      kind: elements.kind.value,
      text: elements.text.value,
      mission: elements.mission.value,
      appointment: elements.appointment.value,
      next_step: this.step?.value ?? "",
      due: this.due?.value ?? "",
    });
    // The minute shown is the one in which it began; its seconds are no change.
    if (!this.log.occurred_at || minuteOf(new Date(this.log.occurred_at)) !== when) {
      this.log.occurred_at = when ? new Date(when).toISOString() : "";
    }
  }

  proposeStep() {
    const found = this.step && STEP.exec(this.form.elements.text.value);
    if (!this.step || (!found && !this.step.value)) {
      return;
    }
    const [, what = "", due = ""] = found ? UNTIL.exec(found[1]) ?? [null, found[1]] : [];
    this.step.value = what.slice(0, this.step.maxLength);
    this.due.value = due.slice(0, this.due.maxLength);
    this.log.today = dayOf(new Date());
    clearTimeout(this.dueTimer);
    this.dueTimer = setTimeout(() => this.readDue(false), PAUSE);
  }

  // Say which day the words mean; ``isLeft``: also if they mean none.
  async readDue(isLeft) {
    const text = this.due.value.trim();
    if (!text) {
      this.saidDue("");
      return;
    }
    const query = new URLSearchParams({ text, today: this.log.today });
    let answer;
    try {
      const response = await fetch(`${this.texts.day}?${query}`, { headers: { "X-Quick-Log": "1" } });
      answer = response.ok ? await response.json() : {};
    } catch {
      answer = { unread: this.texts.textUndated };
    }
    if (this.due.value.trim() !== text) {
      return;
    }
    this.saidDue(answer.said ?? answer.unread ?? "", !answer.said);
    if (isLeft || answer.said) {
      this.showError("due", answer.error ? [answer.error] : []);
    }
  }

  saidDue(text, isUnread = false) {
    const note = this.form.querySelector("[data-log-due]");
    if (note) {
      note.textContent = text;
      note.classList.toggle("crm-muted", isUnread);
    }
  }

  // --- What was read from a file -------------------------------------------------------------

  propose(proposal) {
    const { elements } = this.form;
    const { log } = this;
    for (const { key, label } of proposal.whom ?? []) {
      if (!this.whom.has(key)) {
        this.whom.chosen.push({ key, label });
      }
    }
    this.whom.show();
    const made = (proposal.new ?? []).map((values) => ({
      key: "",
      label: values.name ?? [values.first_name, values.last_name].filter(Boolean).join(" "),
      values,
    }));
    log.offered = [...log.offered, ...made];
    if (proposal.kind) {
      elements.kind.value = proposal.kind;
    }
    if (proposal.occurred_at) {
      elements.occurred_at.value = minuteOf(new Date(proposal.occurred_at));
    }
    const typed = elements.text.value.trim();
    elements.text.value = [typed, proposal.subject, proposal.notes].filter(Boolean).join("\n\n");
    log.files = [...log.files, ...(proposal.files ?? [])];
    this.showFiles();
    this.showOffers();
    this.touch();
  }

  showFiles() {
    const lines = this.log.files.map((file) => {
      const line = element("label", "crm-tick-line");
      const tick = element("input", "");
      tick.type = "checkbox";
      tick.checked = Boolean(file.chosen);
      tick.addEventListener("change", () => {
        file.chosen = tick.checked;
        this.touch();
      });
      const size = file.size ? new Intl.NumberFormat(document.documentElement.lang).format(Math.ceil(file.size / 1024)) : "";
      line.append(tick, element("span", "", say(this.texts.textKeep, file.name)));
      if (size) {
        line.append(element("small", "", `${size} kB`));
      }
      return line;
    });
    this.form.querySelector("[data-log-files]").replaceChildren(...lines);
  }

  // --- Save ----------------------------------------------------------------------------------

  async submit(event) {
    event.preventDefault();
    if (this.log.pending) {
      return; // pressed twice
    }
    this.collect();
    const errors = this.missing();
    if (Object.keys(errors).length) {
      this.refuse({ errors, twins: [] });
      return;
    }
    Object.assign(this.log, { isTouched: true, pending: true, returned: "", errors: {}, twins: [] });
    this.showErrors({});
    this.whom.show();
    this.outbox.keep(this.log);
    this.lock(true);
    this.say(this.texts.textSending);
    await this.deliver(this.log.key);
  }

  // What needs no server to be missed.
  missing() {
    const { log, texts } = this;
    const errors = {};
    if (this.whom.isMaking) {
      errors.whom = [texts.textOpen];
    } else if (!log.whom.length) {
      errors.whom = [texts.textWhom];
    }
    if (!log.text.trim()) {
      errors.text = [texts.textWhat];
    }
    if (log.due.trim() && !log.next_step.trim()) {
      errors.next_step = [texts.textStep];
    }
    if (log.next_step.trim() && !log.due.trim()) {
      errors.due = [texts.textDue];
    }
    return errors;
  }

  async deliver(key) {
    const outcome = await this.outbox.send(key);
    const isShown = this.isShown && this.log.key === key;
    if (!outcome) {
      this.gone(key);
    } else if (outcome.state === "saved") {
      this.saved(key, outcome);
    } else if (outcome.state === "lost" || outcome.state === "login") {
      this.wait(isShown, outcome);
    } else if (this.log.key === key) {
      Object.assign(this.log, this.outbox.get(key));
      this.lock(false);
      this.refuse(outcome);
    }
    this.tell();
  }

  saved(key, outcome) {
    if (this.log.key === key) {
      const next = this.fresh();
      this.show(next);
      this.close();
      if (!this.dialog) {
        this.whom.input.focus();
      }
    }
    this.delay = FIRST_RETRY;
    this.toast(this.savedToast(outcome));
    document.dispatchEvent(new CustomEvent("quicklog:saved")); // a timeline may show it
  }

  wait(isShown, outcome) {
    if (isShown) {
      const buttons = [this.retryButton()];
      if (outcome.state === "login") {
        const link = element("a", "crm-button crm-button-small", this.texts.textLogin);
        link.href = outcome.login;
        link.target = "_blank";
        buttons.unshift(link);
      }
      this.say(outcome.message ?? this.texts.textWaiting, buttons, "warn");
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.retry(), this.delay);
    this.delay = Math.min(2 * this.delay, LAST_RETRY);
  }

  refuse({ state = "refused", errors, twins }) {
    Object.assign(this.log, { returned: state, errors, twins });
    this.showErrors(errors);
    this.whom.show(errors, twins);
    this.sayReturned();
    const marked = this.form.querySelector("[aria-invalid=true], .crm-log-chips .crm-error ~ button");
    const chip = this.form.querySelector(".crm-log-chips li:has(.crm-error) button");
    (marked ?? chip ?? this.form.querySelector("[data-log-save]")).focus();
  }

  async retry() {
    clearTimeout(this.timer);
    if (this.isSending) {
      return;
    }
    this.isSending = true;
    for (const log of this.outbox.pending()) {
      await this.deliver(log.key);
    }
    this.isSending = false;
  }

  // Sent from another tab, or thrown away there.
  gone(key) {
    if (this.log.key === key) {
      this.show(this.fresh());
      this.close();
    }
  }

  retryButton() {
    const button = element("button", "crm-button crm-button-small", this.texts.textRetry);
    button.type = "button";
    button.addEventListener("click", () => {
      this.say(this.texts.textSending);
      this.retry();
    });
    return button;
  }

  discard() {
    if (window.confirm(this.texts.textDiscard)) {
      this.outbox.drop(this.log.key);
      this.show(this.fresh());
      this.askContext(presetOfPage());
      this.whom.input.focus();
    }
  }

  // --- Saying what is the matter -------------------------------------------------------------

  say(text, buttons = [], variant = "") {
    const line = element("span", "", text);
    this.state.className = `crm-log-state${text && variant ? ` crm-log-${variant}` : ""}`;
    this.state.replaceChildren(...(text ? [line, ...buttons] : []));
  }

  // Why the server did not save it.
  sayReturned() {
    const { returned, errors } = this.log;
    const { textRefused: refused, textDenied: denied, textFailed: failed } = this.texts;
    const text = { refused, denied, failed }[returned] ?? "";
    this.say([...(errors[""] ?? []), text].join(" ").trim(), [], "bad");
  }

  showErrors(errors) {
    for (const place of this.form.querySelectorAll("[data-error]")) {
      this.showError(place.dataset.error, errors[place.dataset.error] ?? []);
    }
  }

  showError(name, messages) {
    const place = this.form.querySelector(`[data-error="${name}"]`);
    if (!place) {
      return;
    }
    place.textContent = messages.join(" ");
    place.hidden = !messages.length;
    const field = name === "whom" ? this.whom.input : this.form.elements[name];
    if (field instanceof HTMLElement) {
      field.toggleAttribute("aria-invalid", messages.length > 0);
      if (messages.length) {
        field.setAttribute("aria-invalid", "true");
      }
    }
  }

  // What waits or came back while its form is not open.
  tell() {
    for (const note of this.toasts.querySelectorAll("[data-waiting]")) {
      note.remove();
    }
    const hidden = this.outbox.all().filter((log) => !(this.isShown && log.key === this.log.key));
    for (const log of hidden.filter(({ pending, returned }) => pending || returned)) {
      const title = log.text.trim().split("\n")[0].slice(0, 60);
      const text = log.pending ? this.texts.textUnsent : this.texts.textReturned;
      const show = element("button", "crm-button crm-button-small", this.texts.textShow);
      show.type = "button";
      show.addEventListener("click", () => this.open("", log.key));
      const note = element("p", "crm-log-toast crm-log-warn");
      note.dataset.waiting = "";
      note.append(element("span", "", say(text, title)));
      note.append(...(log.pending ? [this.retryButton()] : []), show);
      this.toasts.append(note);
    }
  }

  savedToast({ label, url, was_there: wasThere, follow_up: followUp }) {
    const note = element("p", "crm-log-toast crm-log-good");
    const text = element("span", "");
    const line = (before, name, address, after = "") => {
      const part = element("span", "", `${before} `);
      const link = element("a", "", name);
      link.href = address;
      part.append(link, after);
      text.append(part);
    };
    line(wasThere ? this.texts.textBefore : this.texts.textSaved, label, url);
    if (followUp) {
      line(this.texts.textFollowUp, followUp.label, followUp.url, ` · ${followUp.due}`);
    }
    note.append(text);
    return note;
  }

  toast(note) {
    const close = element("button", "crm-log-remove", "×");
    close.type = "button";
    close.setAttribute("aria-label", this.texts.textClose);
    close.addEventListener("click", () => note.remove());
    note.append(close);
    this.toasts.querySelectorAll(".crm-log-good").forEach((old) => old.remove());
    this.toasts.append(note);
  }

  // --- Listening -----------------------------------------------------------------------------

  listen() {
    const { form } = this;
    form.addEventListener("submit", (event) => this.submit(event));
    form.addEventListener("input", (event) => this.typed(event));
    form.addEventListener("change", (event) => {
      if (event.target === this.due) {
        this.readDue(true);
      }
    });
    form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        form.requestSubmit();
      } else if (event.key === "Enter" && event.target === this.step) {
        event.preventDefault();
        this.due.focus();
      }
    });
    form.addEventListener("quicklog:propose", (event) => this.propose(event.detail));
    form.querySelector("[data-log-close]")?.addEventListener("click", () => this.close());
    form.querySelector("[data-log-discard]").addEventListener("click", () => this.discard());
    this.dialog?.addEventListener("close", () => this.tell());

    const shortcut = form.querySelector("[data-log-shortcut]");
    shortcut.checked = localStorage.getItem(SHORTCUT) !== "0";
    shortcut.addEventListener("change", () => {
      localStorage.setItem(SHORTCUT, shortcut.checked ? "1" : "0");
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "n" && shortcut.checked && isFree(event)) {
        event.preventDefault();
        this.open(presetOfPage());
      }
    });
    document.addEventListener("click", (event) => {
      const link = event.target.closest("a[data-log-open], a[data-log]");
      if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
        event.preventDefault();
        this.open("log" in link.dataset ? link.search.slice(1) : presetOfPage());
      }
    });
    document.getElementById("logout-form")?.addEventListener("submit", (event) => {
      const kept = this.outbox.all();
      if (kept.length && !window.confirm(this.texts.textLogout)) {
        event.preventDefault();
        return;
      }
      kept.forEach((log) => this.outbox.drop(log.key));
    });

    const again = () => {
      this.delay = FIRST_RETRY;
      this.retry();
    };
    window.addEventListener("online", () => {
      again();
      if (this.isShown && this.asked !== null && this.asked !== undefined) {
        this.askContext(this.asked);
      }
    });
    window.addEventListener("focus", again);
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) again();
    });
    window.addEventListener("storage", (event) => this.changedElsewhere(event));
  }

  // The same draft in two tabs: sent or thrown away in one, what is typed in the other stays, as a
  // log of its own.
  changedElsewhere(event) {
    const key = this.outbox.isMine(event.key);
    if (key && key === this.log.key && !this.log.pending) {
      const isSent = !event.newValue || JSON.parse(event.newValue).pending;
      if (isSent && this.isShown && this.log.isTouched) {
        this.log.key = crypto.randomUUID();
        this.outbox.keep(this.log);
      } else if (isSent) {
        this.show(this.fresh());
      }
    } else if (key && key === this.log.key && !event.newValue) {
      this.gone(key);
    }
    if (key) {
      this.tell();
    }
  }
}

// The partner or the mission of this page, as the button for a contact in its panel presets them.
function presetOfPage() {
  return document.querySelector(".crm-panel a[data-log]")?.search.slice(1) ?? "";
}

// Whether a key is meant for the page and not for a field.
function isFree(event) {
  const isTyping = event.target.closest?.("input, textarea, select, [contenteditable]");
  const isModified = event.ctrlKey || event.metaKey || event.altKey || event.shiftKey;
  const palette = document.querySelector(".crm-palette");
  const isCovered = document.querySelector("dialog[open]") || palette?.checkVisibility();
  return !isTyping && !isModified && !isCovered && !event.defaultPrevented;
}

const log = new QuickLog(document.querySelector("form[data-quick-log]"));
if (!log.dialog) {
  log.open(window.location.search.slice(1));
}
log.tell();
log.retry();
