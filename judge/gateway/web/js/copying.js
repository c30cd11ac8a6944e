// Buttons that copy the text of an element: <button data-copy="ID" data-copied="Copied">Copy</button>.

const SHOWN_MS = 2000;

for (const button of document.querySelectorAll("button[data-copy]")) {
  const text = button.textContent;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    await copy(document.getElementById(button.dataset.copy));
    button.textContent = button.dataset.copied;
    setTimeout(() => {
      button.textContent = text;
    }, SHOWN_MS);
  });
}

// Without TLS there is no clipboard for scripts: then the text is selected, and a person copies it.
async function copy(element) {
  try {
    await navigator.clipboard.writeText(element.textContent);
  } catch {
    getSelection().selectAllChildren(element);
    document.execCommand("copy");
  }
}
