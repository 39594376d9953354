"use strict";

/*
 * The command palette (Ctrl+K): a combo box whose list is fetched as one types. The focus stays in
 * the field; arrows choose, Enter opens (with Ctrl in a new tab), Escape clears, then closes.
 */
document.addEventListener("alpine:init", () => {
  const PAUSE = 150; // milliseconds without a key before it asks

  Alpine.data("palette", () => ({
    open: false,
    found: false,
    note: "",
    activeId: "",

    init() {
      this.answered = "";
      this.awaited = null;
      this.before = null;
      this.timer = 0;
      this.request = null;
    },

    get expanded() {
      return this.found ? "true" : "false";
    },

    // --- Open and close ----------------------------------------------------------------------

    shortcut(event) {
      if (event.key.toLowerCase() === "k" && (event.metaKey || event.ctrlKey) && !event.altKey) {
        event.preventDefault();
        this.show();
      }
    },

    show() {
      if (this.open) {
        return;
      }
      this.before = document.activeElement;
      this.open = true;
      document.body.classList.add("overflow-hidden");
      // What is still hidden takes no focus, and a busy machine shows it some frames later.
      const focus = () => {
        this.$refs.input.focus();
        if (this.open && document.activeElement !== this.$refs.input) requestAnimationFrame(focus);
      };
      this.$nextTick(focus);
    },

    hide() {
      this.clear();
      this.open = false;
      document.body.classList.remove("overflow-hidden");
      if (this.before) {
        this.before.focus();
      }
    },

    escape() {
      if (this.$refs.input.value) {
        this.clear();
      } else {
        this.hide();
      }
    },

    // The field and the button are all that takes the focus.
    otherField() {
      const { input, close } = this.$refs;
      (document.activeElement === input ? close : input).focus();
    },

    clear() {
      this.$refs.input.value = "";
      this.stop();
      this.fill("");
      this.answered = "";
      this.note = "";
    },

    // --- Ask ---------------------------------------------------------------------------------

    typed() {
      this.stop();
      this.timer = setTimeout(() => this.ask(), PAUSE);
    },

    stop() {
      clearTimeout(this.timer);
      this.awaited = null;
      if (this.request) {
        this.request.abort();
        this.request = null;
      }
    },

    async ask() {
      const words = this.$refs.input.value;
      const request = new AbortController();
      this.request = request;
      try {
        const address = `${this.$root.dataset.address}?s=${encodeURIComponent(words)}`;
        const response = await fetch(address, { signal: request.signal });
        if (!response.ok || response.redirected) {
          throw new Error(response.statusText);
        }
        const answer = await response.text();
        // An answer to what is no longer asked would undo the newer one.
        if (this.request !== request) {
          return;
        }
        this.fill(answer);
      } catch {
        if (this.request !== request) {
          return;
        }
        this.fill("");
        this.note = this.$root.dataset.failed;
      }
      this.request = null;
      this.answered = words;
      if (this.awaited) {
        this.go(this.awaited);
      }
    },

    fill(answer) {
      const list = this.$refs.list;
      list.innerHTML = answer;
      list.scrollTop = 0;
      const results = list.querySelector("[data-note]");
      this.note = results ? results.dataset.note : "";
      this.found = this.hits().length > 0;
      this.mark(this.hits()[0]);
    },

    // --- Choose ------------------------------------------------------------------------------

    hits() {
      return [...this.$refs.list.querySelectorAll("[role=option]")];
    },

    active() {
      return this.$refs.list.querySelector("[aria-selected=true]");
    },

    mark(hit) {
      const before = this.active();
      if (before) {
        before.setAttribute("aria-selected", "false");
      }
      this.activeId = hit ? hit.id : "";
      if (hit) {
        hit.setAttribute("aria-selected", "true");
      }
    },

    step(by) {
      const hits = this.hits();
      const hit = hits[hits.indexOf(this.active()) + by];
      if (hit) {
        this.mark(hit);
        hit.scrollIntoView({ block: "nearest" });
      }
    },

    next() {
      this.step(1);
    },

    previous() {
      this.step(-1);
    },

    point(event) {
      const hit = event.target.closest("[role=option]");
      if (hit && hit !== this.active()) {
        this.mark(hit);
      }
    },

    // Enter pressed before the answer is there opens its first hit when it comes.
    choose(event) {
      const how = { newTab: event.metaKey || event.ctrlKey };
      if (this.$refs.input.value === this.answered) {
        this.go(how);
      } else {
        this.awaited = how;
      }
    },

    go({ newTab }) {
      this.awaited = null;
      const hit = this.active();
      if (!hit) {
        return;
      }
      if (newTab) {
        window.open(hit.href, "_blank", "noopener");
      } else {
        window.location.href = hit.href;
      }
    },
  }));
});
