"use strict";

/*
 * Components for Alpine's CSP build, which evaluates no free JavaScript: an expression in a template
 * sees only what is registered here or declared in x-data. The theme's functions (theme, searchForm,
 * searchDropdown, searchCommand, getCurrentTab, sortRecords, moveRecords) are globals of its app.js,
 * which has run when "alpine:init" fires, since Alpine itself is loaded deferred.
 */
document.addEventListener("alpine:init", () => {
  Alpine.data("theme", theme);
  Alpine.data("searchForm", searchForm);
  Alpine.data("searchDropdown", searchDropdown);

  // The theme's palette, with its best match chosen from the start: Enter opens it, also when it is
  // pressed before the answer is there. The theme's own raised an error in both cases.
  Alpine.data("searchCommand", () => {
    const palette = searchCommand();
    return {
      ...palette,
      answered: "",
      awaited: null,

      handleContentLoaded(event) {
        palette.handleContentLoaded.call(this, event);
        if (event.target.id !== "command-results") {
          return;
        }
        this.currentIndex = this.hasResults ? 1 : 0;
        this.answered = new URL(event.detail.xhr.responseURL).searchParams.get("s") || "";
        if (this.awaited) {
          const [addHistory, openInNewTab] = this.awaited;
          this.awaited = null;
          this.selectItem(addHistory, openInNewTab);
        }
      },

      selectItem(addHistory, openInNewTab = false) {
        if (this.$refs.searchInputCommand.value !== this.answered) {
          this.awaited = [addHistory, openInNewTab];
        } else if (this.items && this.items[this.currentIndex - 1]) {
          palette.selectItem.call(this, addHistory, openInNewTab);
        }
      },

      // The first Escape clears the answer with the words, the second closes.
      handleEscape() {
        palette.handleEscape.call(this);
        this.el.innerHTML = "";
        this.items = undefined;
        this.answered = "";
        this.awaited = null;
      },
    };
  });

  // The state of <body>: sidebar, open tab, and the callbacks that templates name without a scope.
  Alpine.data("page", (firstTab = "") => ({
    activeTab: firstTab,
    sidebarMobileOpen: false,
    sidebarDesktopOpen: localStorage.getItem("sidebarDesktopOpen") !== "0",

    init() {
      this.activeTab = getCurrentTab() || firstTab;
      this.$watch("sidebarDesktopOpen", (open) =>
        localStorage.setItem("sidebarDesktopOpen", open ? "1" : "0")
      );
    },

    // A refused form comes back with the same tab open.
    get formAction() {
      const address = window.location.pathname + window.location.search;
      const tab = this.activeTab;
      return tab && tab !== "general" ? `${address}#${tab}` : address;
    },

    sortRecords(event) {
      sortRecords(event);
    },

    moveRecords(event) {
      return moveRecords(event);
    },
  }));
});
