// What every page does: light and dark without a new page; who signs out leaves no drafts.

import { forgetDrafts } from "./drafts.js";

const THEME_S = 400 * 86400;

function dark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

document.querySelector('form[data-choice="theme"]')?.addEventListener("submit", (event) => {
  event.preventDefault();
  const theme = dark() ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  document.cookie = `judge-theme=${theme}; path=/; max-age=${THEME_S}; samesite=lax`;
  document.dispatchEvent(new CustomEvent("judge-theme", { detail: theme }));
});

document.querySelector('form[action="/sign-out"]')?.addEventListener("submit", () => forgetDrafts());
