// Tabs by ARIA's pattern: one is chosen, arrows go from one to the next, and only the chosen one takes part in Tab.

/** Makes what is in `list` (its [role=tab] elements) tabs; `choose` is called with the one that is asked for. */
export function asTabs(list, choose) {
  list.addEventListener("click", (event) => {
    const tab = event.target.closest("[role=tab]");
    if (tab) choose(tab);
  });
  list.addEventListener("keydown", (event) => {
    if (event.target.getAttribute("role") !== "tab") return;
    const tabs = [...list.querySelectorAll("[role=tab]")];
    const at = tabs.indexOf(event.target);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const name = tabs[(to + tabs.length) % tabs.length].id;
    choose(document.getElementById(name));
    document.getElementById(name)?.focus();
  });
}

/** Show which one is chosen. */
export function markTab(list, chosen) {
  for (const tab of list.querySelectorAll("[role=tab]")) {
    const on = tab === chosen;
    tab.setAttribute("aria-selected", String(on));
    tab.tabIndex = on ? 0 : -1;
  }
}
