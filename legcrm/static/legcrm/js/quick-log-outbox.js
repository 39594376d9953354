// The logs that are not saved yet: kept on this device, one entry of localStorage for each, and sent
// until the server has said what became of them. Each bears its own key, so that one sent twice is
// saved once.
//
// A log: {key, user, began, today, whom: [{key, label, details}], new: [{ref, kind, …}], files, kind,
// text, occurred_at, next_step, due, mission, appointment, cooperation, missions, appointments,
// offered, isTouched, isStepTyped, pending, returned, errors, twins}; "returned" says why the server
// did not save it.

const TIMEOUT = 20000; // milliseconds
const LOST = [408, 425, 429, 502, 503, 504]; // what stands before the server may answer in its place

export class Outbox {
  constructor(form) {
    this.form = form;
    this.user = form.dataset.user;
    this.prefix = `crm-log:${this.user}:`;
    this.isKept = true;
    this.unkept = new Map(); // where the browser keeps nothing
  }

  // --- Keep ----------------------------------------------------------------------------------

  keep(log) {
    const text = JSON.stringify(log);
    try {
      localStorage.setItem(this.prefix + log.key, text);
    } catch {
      this.isKept = false;
      this.unkept.set(log.key, text);
    }
  }

  drop(key) {
    this.unkept.delete(key);
    try {
      localStorage.removeItem(this.prefix + key);
    } catch {
      // nothing is kept there
    }
  }

  get(key) {
    let text = this.unkept.get(key);
    try {
      text = localStorage.getItem(this.prefix + key) ?? text;
      return text ? JSON.parse(text) : null;
    } catch {
      return text ? JSON.parse(text) : null;
    }
  }

  // The oldest first.
  all() {
    let names = [];
    try {
      names = Object.keys(localStorage).filter((name) => name.startsWith(this.prefix));
    } catch {
      // nothing is kept there
    }
    const keys = new Set([...names.map((name) => name.slice(this.prefix.length)), ...this.unkept.keys()]);
    const logs = [...keys].map((key) => this.get(key)).filter(Boolean);
    return logs.sort((one, two) => (one.began < two.began ? -1 : 1));
  }

  pending() {
    return this.all().filter((log) => log.pending);
  }

  newestDraft() {
    return this.all()
      .filter((log) => !log.pending)
      .at(-1);
  }

  isMine(name) {
    return name?.startsWith(this.prefix) ? name.slice(this.prefix.length) : "";
  }

  // --- Send ----------------------------------------------------------------------------------

  // Resolves to {state, …}: "saved" with what the server tells, "refused" with errors and twins,
  // "login" with message and address, "denied", "failed", "lost" without an answer; or null where
  // another tab has sent it meanwhile.
  async send(key) {
    const once = async () => {
      const log = this.get(key);
      return log?.pending ? this.#post(log) : null;
    };
    // With forty tabs open one of them is enough.
    return navigator.locks ? navigator.locks.request(this.prefix + key, once) : once();
  }

  async #post(log) {
    let response;
    let answer = null;
    try {
      response = await fetch(this.form.action, {
        method: "POST",
        body: this.#body(log),
        headers: { "X-Quick-Log": "1", "X-CSRFToken": this.#token() },
        redirect: "manual",
        signal: AbortSignal.timeout(TIMEOUT),
      });
      if (response.headers.get("Content-Type")?.includes("json")) {
        answer = await response.json();
      }
    } catch {
      return { state: "lost" };
    }
    if (response.ok && answer) {
      this.drop(log.key);
      return { state: "saved", ...answer };
    }
    if (response.status === 401 && answer) {
      return { state: "login", ...answer };
    }
    if (response.status === 403 && !answer) {
      return { state: "login", login: this.form.dataset.login }; // the cookies are gone
    }
    // A network that asks for a login of its own answers with a page, or leads to one.
    if (LOST.includes(response.status) || response.ok || response.type === "opaqueredirect") {
      return { state: "lost" };
    }
    // All others are final answers: nothing was saved, and the log can be changed again.
    const outcome =
      response.status === 422 && answer
        ? { state: "refused", ...answer }
        : { state: response.status === 403 ? "denied" : "failed", errors: {}, twins: [] };
    const { state: returned, errors, twins } = outcome;
    this.keep({ ...log, pending: false, returned, errors, twins });
    return outcome;
  }

  #body(log) {
    const body = new URLSearchParams();
    const plain = [
      "key", "user", "today", "kind", "text", "occurred_at", "next_step", "due", "mission",
      "appointment", "cooperation",
    ];
    for (const name of plain) {
      body.append(name, log[name] ?? "");
    }
    log.whom.filter(({ key }) => !key.startsWith("n:")).forEach(({ key }) => body.append("whom", key));
    log.new.forEach((partner) => body.append("new", JSON.stringify(partner)));
    log.files.filter((file) => file.chosen).forEach((file) => body.append("files", file.token));
    return body;
  }

  // After a new login the cookie holds another one than the page.
  #token() {
    const cookie = document.cookie.split("; ").find((part) => part.startsWith("csrftoken="));
    return cookie ? cookie.slice("csrftoken=".length) : "";
  }
}
