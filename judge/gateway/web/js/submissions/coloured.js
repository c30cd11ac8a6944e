// Sources in colours: what stands as plain text is shown by the editor instead, once that is here. Plain text stays where it
// does not come, and for very long files.

const LINES_MAX = 3000;
const LETTERS_MAX = 150_000;

function isSmall(box) {
  return box.childElementCount <= LINES_MAX && box.textContent.length <= LETTERS_MAX;
}

export async function colourSources() {
  const boxes = [...document.querySelectorAll(".source > pre")].filter(isSmall);
  if (!boxes.length) return;
  const { Editor } = await import("../../built/editor.js");
  for (const box of boxes) {
    const { name, kind } = box.parentElement.dataset;
    const place = document.createElement("div");
    place.className = "coloured";
    place.style.setProperty("block-size", `${Math.ceil(box.getBoundingClientRect().height)}px`);
    box.replaceWith(place);
    new Editor(place, { text: box.textContent.replace(/\n$/, ""), fileName: kind, label: name, readOnly: true });
  }
}
