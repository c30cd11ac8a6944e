// Pictures that a program kept. They are hostile files: shown as images alone, from bytes in memory, never as documents.
// An SVG in an image runs nothing and asks for nothing; opened at an address of ours it would be a page of ours, so it has
// none: it lies in a data: address, whose origin is its own, and what is saved is bytes of no type.

import { visibleLine } from "../visible.js";
import { size } from "../workbench/words.js";

export const WANTED = ["*.png", "*.svg", "*.jpg", "*.gif"];

const TYPES = { png: "image/png", svg: "image/svg+xml", jpg: "image/jpeg", gif: "image/gif" };
const SHOWN_MAX = 12;
const SHOWN_BYTES_MAX = { png: 8 << 20, jpg: 8 << 20, gif: 4 << 20, svg: 1 << 20 };
const DOTS_MAX = 40_000_000;
const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Shows the kept files of a run in `place`; `fetchBlob` brings the bytes of one. */
export class Pictures {
  #place;
  #t;
  #fetchBlob;
  #addresses = [];

  constructor(place, t, fetchBlob) {
    this.#place = place;
    this.#t = t;
    this.#fetchBlob = fetchBlob;
  }

  clear() {
    this.#place.replaceChildren();
    for (const address of this.#addresses.splice(0)) URL.revokeObjectURL(address);
  }

  async show(files) {
    this.clear();
    const figures = files.slice(0, SHOWN_MAX).map((file) => this.#figure(file));
    this.#place.replaceChildren(...figures);
    if (files.length > SHOWN_MAX) this.#place.append(line(this.#t("pictures_more", { n: files.length - SHOWN_MAX })));
    await Promise.all(figures.map((figure, at) => this.#fill(figure, files[at])));
  }

  #address(blob) {
    const address = URL.createObjectURL(blob);
    this.#addresses.push(address);
    return address;
  }

  #figure(file) {
    const figure = document.createElement("figure");
    const caption = document.createElement("figcaption");
    caption.textContent = `${visibleLine(file.name)} (${size(file.size_bytes)})`;
    figure.append(caption);
    return figure;
  }

  async #fill(figure, file) {
    const ending = file.name.split(".").at(-1).toLowerCase();
    const told = (name) => figure.prepend(line(this.#t(name)));
    if (file.truncated || !TYPES[ending] || file.size_bytes > SHOWN_BYTES_MAX[ending]) return told("picture_large");
    try {
      const bytes = await this.#fetchBlob(file.blob);
      if (dots(bytes) > DOTS_MAX) return told("picture_large");
      const shown = new Blob([bytes], { type: TYPES[ending] });
      const address = ending === "svg" ? await dataAddress(shown) : this.#address(shown);
      const image = new Image();
      image.alt = this.#t("picture_alt", { name: visibleLine(file.name) });
      image.decoding = "async";
      image.onerror = () => image.replaceWith(line(this.#t("picture_broken")));
      image.src = address;
      const link = document.createElement("a");
      link.href = this.#address(new Blob([bytes], { type: "application/octet-stream" }));
      link.download = file.name.split("/").at(-1);
      link.textContent = this.#t("save");
      figure.prepend(image);
      figure.lastChild.append(" ", link);
    } catch {
      told("picture_broken");
    }
  }
}

function dataAddress(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

// Width times height as the head of a PNG says them: unpacked it has four bytes for each.
function dots(bytes) {
  if (bytes.length < 24 || !PNG.every((byte, at) => bytes[at] === byte)) return 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return view.getUint32(16) * view.getUint32(20);
}

function line(text) {
  const element = document.createElement("p");
  element.className = "muted";
  element.textContent = text;
  return element;
}
