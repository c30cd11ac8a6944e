// A question before something that cannot be taken back. Its answer is `null` for no, else the form's values.

import { visibleLine } from "../visible.js";

// `fields`: elements that are put into the dialog's form. The focus begins on "no", or on the first field.
export function confirmed(title, detail, action, fields = []) {
  const dialog = document.getElementById("confirm");
  const form = dialog.querySelector("form");
  dialog.querySelector("h2").textContent = visibleLine(title);
  dialog.querySelector("p").textContent = visibleLine(detail);
  dialog.querySelector(".fields").replaceChildren(...fields);
  const yes = dialog.querySelector('button[value="yes"]');
  yes.textContent = visibleLine(action);
  dialog.returnValue = "";
  dialog.showModal();
  const no = dialog.querySelector("button.no");
  no.onclick = () => dialog.close();
  (form.querySelector("input, textarea, select") || no).focus();
  return new Promise((resolve) => {
    dialog.addEventListener(
      "close",
      () => resolve(dialog.returnValue === "yes" ? Object.fromEntries(new FormData(form)) : null),
      { once: true },
    );
  });
}
