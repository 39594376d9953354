"use strict";

/*
 * Components for Alpine's CSP build, which evaluates no free JavaScript: an expression in a template
 * sees only what is registered here or declared in x-data. The theme's functions (theme, searchForm,
 * searchDropdown, getCurrentTab, sortRecords, moveRecords) are globals of its app.js,
 * which has run when "alpine:init" fires, since Alpine itself is loaded deferred.
 */
document.addEventListener("alpine:init", () => {
  Alpine.data("theme", theme);
  Alpine.data("searchForm", searchForm);
  Alpine.data("searchDropdown", searchDropdown);

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
