"use strict";

/*
 * What the theme's markup lacks for WCAG 2.1 AA and for the keyboard, added to the finished page:
 * roles and arrow keys of tabs, names of fields in tabular inlines and of select2 fields, buttons for
 * clickable elements that are none, icons hidden from screen readers. Doing it here keeps dozens of
 * the theme's templates unchanged. Translated words come from data attributes of <body>.
 */
(() => {
  const label = (name) => document.body.dataset[`label${name}`] || "";
  const textOf = (element) => (element ? element.textContent.replace(/\s+/g, " ").trim() : "");
  const once = (element, mark) => {
    const key = `crm${mark}`;
    if (element.dataset[key]) {
      return false;
    }
    element.dataset[key] = "1";
    return true;
  };

  // The icon font's ligatures ("arrow_back") are words to a screen reader.
  function hideIcons(root) {
    for (const icon of root.querySelectorAll(".material-symbols-outlined:not([aria-hidden])")) {
      if (!icon.hasAttribute("x-on:click")) {
        icon.setAttribute("aria-hidden", "true");
      }
    }
  }

  function nameIconLinks(root) {
    for (const element of root.querySelectorAll("a, button")) {
      const name = [...element.childNodes]
        .filter((node) => !(node.nodeType === 1 && node.getAttribute("aria-hidden") === "true"))
        .map(textOf)
        .join("");
      if (name || element.hasAttribute("aria-label") || element.querySelector("img[alt]")) {
        continue;
      }
      const icon = textOf(element);
      const fallback = icon === "search" ? label("Search") : icon === "done" ? label("Apply") : "";
      const given = element.title || fallback || (icon ? label("More") : "");
      if (given) {
        element.setAttribute("aria-label", given);
      }
    }
  }

  function makeButtons(root) {
    const clickable = root.querySelectorAll(
      "[x-on\\:click]:not(a[href], button, input, select, summary, [role], td, #changelist-filter-close)"
    );
    for (const element of clickable) {
      if (element.closest("nav") && element.tagName === "A" && element.parentElement.matches("nav")) {
        continue; // a tab, see below
      }
      if (!once(element, "Button")) {
        continue;
      }
      let target = element;
      if (/^H\d$/.test(element.tagName)) {
        // A heading stays one: its content becomes the button, and the click bubbles up to it.
        target = document.createElement("span");
        target.className = "crm-heading-button";
        target.append(...element.childNodes);
        element.append(target);
      }
      target.setAttribute("role", "button");
      target.tabIndex = 0;
      const words = [...target.childNodes]
        .filter((node) => !(node.nodeType === 1 && node.matches(".material-symbols-outlined")))
        .map(textOf)
        .join("");
      if (!words || target.matches(".material-symbols-outlined")) {
        target.setAttribute("aria-label", element.title || label("More"));
      }
      element.addEventListener("keydown", (event) => {
        if ((event.key === "Enter" || event.key === " ") && event.target === target) {
          event.preventDefault();
          target.click();
        }
      });
    }
  }

  // Tabs: roles, aria-selected kept in step with the theme's class "active", arrow keys.
  function makeTabs(root) {
    const lists = [
      ...root.querySelectorAll("nav#tabs-items, [x-data*='activeFieldsetTab'] > div:first-child > nav"),
    ];
    for (const list of lists) {
      const tabs = [...list.children].filter((tab) => tab.hasAttribute("x-on:click"));
      if (!tabs.length || tabs.length !== list.children.length || !once(list, "Tabs")) {
        continue;
      }
      const panels = [...list.parentElement.parentElement.querySelectorAll(":scope > .tab-wrapper")];
      list.setAttribute("role", "tablist");
      list.setAttribute("aria-label", label("Tabs"));
      tabs.forEach((tab, index) => {
        const panel =
          list.id === "tabs-items"
            ? document.getElementById(`${tab.hash.slice(1)}-group`)
            : panels[index];
        tab.setAttribute("role", "tab");
        if (panel) {
          panel.id ||= `tab-panel-${index}`;
          tab.id ||= `tab-${panel.id}`;
          panel.setAttribute("role", "tabpanel");
          panel.setAttribute("aria-labelledby", tab.id);
          tab.setAttribute("aria-controls", panel.id);
        }
        tab.addEventListener("keydown", (event) => {
          const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
          if (step) {
            event.preventDefault();
            const next = tabs[(index + step + tabs.length) % tabs.length];
            next.focus();
            next.click();
          } else if (event.key === "Enter" || event.key === " ") {
            event.preventDefault();
            tab.click();
          }
        });
      });
      const sync = () => {
        for (const tab of tabs) {
          const active = tab.classList.contains("active");
          tab.setAttribute("aria-selected", active ? "true" : "false");
          tab.tabIndex = active ? 0 : -1;
        }
        if (!tabs.some((tab) => tab.tabIndex === 0)) {
          tabs[0].tabIndex = 0;
        }
      };
      const observer = new MutationObserver(sync);
      tabs.forEach((tab) => observer.observe(tab, { attributes: true, attributeFilter: ["class"] }));
      sync();
    }
  }

  function nameLandmarks(root) {
    const main = root.getElementById("main") || root.getElementById("page");
    if (main) {
      main.setAttribute("role", "main");
    }
    const menu = root.getElementById("nav-sidebar-inner");
    if (menu) {
      menu.setAttribute("aria-label", label("Menu"));
    }
    // Drop-down menus are marked up as <nav>, of which a page would have a dozen.
    for (const nav of root.querySelectorAll("nav:not([aria-label], [role])")) {
      nav.setAttribute("role", "group");
      nav.setAttribute("aria-label", label(nav.id === "tabs-items" ? "Tabs" : "More"));
    }
    for (const heading of root.querySelectorAll("#changelist-filter h3")) {
      heading.setAttribute("aria-level", "2");
      heading.setAttribute("role", "heading");
    }
    for (const cell of root.querySelectorAll("table.formset thead th:empty, table.formset thead th:last-child")) {
      if (!textOf(cell)) {
        cell.setAttribute("aria-label", label("Remove"));
      }
    }
    // The export's list template puts the theme's "add" link into a list, though it is no item.
    for (const list of root.querySelectorAll("ul.object-tools:not(:has(> li))")) {
      list.setAttribute("role", "presentation");
    }
    for (const hint of root.querySelectorAll("span.help-tooltip[aria-label]:not([role])")) {
      hint.setAttribute("role", "img");
    }
  }

  // A field in a table row is named by its column and its row.
  function nameInlineFields(root) {
    for (const table of root.querySelectorAll("table.formset")) {
      const groups = table.querySelectorAll(":scope > .form-group:not(.empty-form)");
      groups.forEach((group, index) => {
        const row = textOf(group.querySelector(".group\\/title span")) || `${label("Row")} ${index + 1}`;
        for (const field of group.querySelectorAll("td[data-label] :is(input, select, textarea)")) {
          if (field.type === "hidden" || field.closest(".select2-container")) {
            continue;
          }
          const column = field.closest("td[data-label]").dataset.label;
          const part = field.placeholder && field.closest(".datetime") ? ` (${field.placeholder})` : "";
          field.setAttribute("aria-label", `${column}${part}, ${row}`);
        }
      });
    }
  }

  // The two inputs of a split date and time share one label, which names only the first.
  function nameSplitFields(root) {
    for (const field of root.querySelectorAll(".datetime input:not([aria-label]), .datetime + input")) {
      const line = field.closest(".field-line, .form-row, [class*='field-']");
      const text = textOf(line && line.querySelector("label, legend"));
      if (text) {
        field.setAttribute("aria-label", field.placeholder ? `${text} (${field.placeholder})` : text);
      }
    }
  }

  function nameOf(select) {
    const own = select.getAttribute("aria-label");
    if (own) {
      return own;
    }
    const named = select.labels && select.labels[0];
    if (named) {
      return textOf(named);
    }
    const block = select.closest("#changelist-filter .flex.flex-col, #changelist-filter form > div");
    return textOf(block && block.querySelector("h3, label")) || select.dataset.placeholder || select.name;
  }

  function nameSelect2(root) {
    for (const select of root.querySelectorAll("select.select2-hidden-accessible")) {
      const box = select.nextElementSibling;
      if (!box || !box.matches(".select2-container")) {
        continue;
      }
      const name = nameOf(select);
      for (const value of box.querySelectorAll("span.select2-selection__rendered[role=textbox]")) {
        value.setAttribute("aria-label", name);
      }
      // The list of chosen values holds a "clear all" that is no item; the combobox speaks for it.
      for (const item of box.querySelectorAll("ul.select2-selection__rendered, ul.select2-selection__rendered > li")) {
        item.setAttribute("role", "presentation");
      }
      for (const selection of box.querySelectorAll("[role=combobox]")) {
        selection.removeAttribute("aria-labelledby");
        const list = selection.getAttribute("aria-owns");
        if (list) {
          selection.setAttribute("aria-controls", list);
        }
        const value = select.multiple ? "" : textOf(box.querySelector(".select2-selection__rendered"));
        const full = value ? `${name}: ${value.replace(/^×/, "")}` : name;
        if (selection.getAttribute("aria-label") !== full) {
          selection.setAttribute("aria-label", full);
        }
      }
      for (const field of box.querySelectorAll(".select2-search__field:not([aria-label])")) {
        field.setAttribute("aria-label", name);
      }
      if (!select.hasAttribute("aria-label") && !(select.labels && select.labels.length)) {
        select.setAttribute("aria-label", name);
      }
    }
    for (const field of root.querySelectorAll(".select2-dropdown .select2-search__field:not([aria-label])")) {
      field.setAttribute("aria-label", label("Search"));
    }
    for (const list of root.querySelectorAll(".select2-results__options:not([aria-label])")) {
      list.setAttribute("aria-label", label("Search"));
    }
  }

  function nameFilters(root) {
    for (const block of root.querySelectorAll("#changelist-filter")) {
      for (const field of block.querySelectorAll("input:not([type=hidden]), select")) {
        if (field.hasAttribute("aria-label") || (field.labels && field.labels.length && textOf(field.labels[0]))) {
          continue;
        }
        let part = field.parentElement;
        while (part !== block && !part.querySelector("h3")) {
          part = part.parentElement;
        }
        const title = textOf(part.querySelector("h3"));
        const end = /_(from|gte)$/.test(field.name)
          ? label("From")
          : /_(to|lte)$/.test(field.name)
            ? label("To")
            : field.placeholder;
        field.setAttribute("aria-label", [title, end].filter(Boolean).join(", ") || field.name);
      }
    }
  }

  // A region that scrolls must be reachable by the keyboard.
  function makeScrollable(root) {
    for (const region of root.querySelectorAll(".simplebar-content-wrapper")) {
      region.setAttribute("role", region.closest("nav, #changelist-filter") ? "group" : "region");
      region.setAttribute("aria-label", label(region.querySelector("table") ? "Table" : "Tabs"));
      region.tabIndex = 0;
    }
  }

  function enhance() {
    const root = document;
    makeTabs(root);
    nameLandmarks(root);
    makeButtons(root);
    hideIcons(root);
    nameIconLinks(root);
    nameInlineFields(root);
    nameSplitFields(root);
    nameFilters(root);
    nameSelect2(root);
    makeScrollable(root);
  }

  let waiting = false;
  const later = () => {
    if (!waiting) {
      waiting = true;
      setTimeout(() => {
        waiting = false;
        enhance();
      }, 30);
    }
  };

  document.addEventListener("DOMContentLoaded", () => {
    enhance();
    new MutationObserver(later).observe(document.body, { childList: true, subtree: true });
  });
  document.addEventListener("alpine:initialized", later);
})();
