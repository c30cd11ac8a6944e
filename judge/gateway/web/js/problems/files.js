// Files that a person chose or dropped: to be handed in as they are, in the place of what is written.

import { droppedFiles, nameOf } from "../coursework/dropped.js";
import { visibleLine } from "../visible.js";

async function base64(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = "";
  for (let at = 0; at < bytes.length; at += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(binary);
}

// The text of a file; null where it is none.
export async function textOf(file) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    return null;
  }
}

export class ChosenFiles {
  // `place`: has a list; `changed` is told when files come or go.
  constructor(place, t, changed) {
    this.files = [];
    this.place = place;
    this.t = t;
    this.changed = changed;
  }

  add(files) {
    const names = new Set(files.map(nameOf));
    this.files = [...this.files.filter((file) => !names.has(nameOf(file))), ...files];
    this.show();
  }

  clear() {
    this.files = [];
    this.show();
  }

  show() {
    this.place.querySelector("ul").replaceChildren(...this.files.map((file) => this.item(file)));
    this.place.hidden = !this.files.length;
    this.changed();
  }

  item(file) {
    const item = document.createElement("li");
    const name = document.createElement("span");
    name.className = "mono";
    name.textContent = visibleLine(nameOf(file));
    const remove = document.createElement("button");
    remove.type = "button";
    remove.className = "plain";
    remove.textContent = "×";
    remove.setAttribute("aria-label", this.t("remove", { name: visibleLine(nameOf(file)) }));
    remove.addEventListener("click", () => {
      this.files = this.files.filter((one) => one !== file);
      this.show();
    });
    item.append(name, remove);
    return item;
  }

  sources() {
    return Promise.all(this.files.map(async (file) => ({ name: nameOf(file), base64: await base64(file) })));
  }
}

// Calls `take` with the files of whatever is dropped on `place`, which has the class "dropping" meanwhile.
export function takeDropped(place, take) {
  let depth = 0;
  const inside = (change) => {
    depth = Math.max(0, depth + change);
    place.classList.toggle("dropping", depth > 0);
  };
  const withFiles = (event) => event.dataTransfer && [...event.dataTransfer.types].includes("Files");
  place.addEventListener("dragenter", (event) => withFiles(event) && inside(1));
  place.addEventListener("dragleave", (event) => withFiles(event) && inside(-1));
  place.addEventListener("dragover", (event) => withFiles(event) && event.preventDefault(), true);
  place.addEventListener(
    "drop",
    (event) => {
      if (!withFiles(event)) return;
      event.preventDefault();
      event.stopPropagation();
      inside(-depth);
      droppedFiles(event.dataTransfer).then(take);
    },
    true,
  );
}
