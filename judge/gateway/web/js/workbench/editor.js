// The editor: a plain text area at once, and CodeMirror in its place when that has come, one for each file so that each
// has its own history. Where it does not come the text area stays: all works with it, but for colours.

export class Editor {
  #host;
  #area;
  #onChange;
  #make = null; // the constructor of what colours
  #rich = new Map(); // file -> {place, editor}
  #file = "";
  #marks = [];

  constructor(host, area, onChange) {
    this.#host = host;
    this.#area = area;
    this.#onChange = onChange;
    area.addEventListener("input", () => onChange(area.value));
  }

  /** Bring what colours. `load` gives its module; `hint` says to who cannot see it how to leave it. */
  async improve(load, hint) {
    try {
      const { Editor: Rich } = await load();
      const label = this.#area.getAttribute("aria-label");
      this.#make = (place, file, text) =>
        new Rich(place, { text, fileName: file, label, hint, readOnly: this.#area.readOnly, onChange: () => this.#typed(file) });
      const focused = document.activeElement === this.#area;
      this.#show();
      this.#area.hidden = true;
      if (focused) this.focus();
      this.#host.dataset.editor = "rich";
    } catch (error) {
      console.info("the plain text area stays:", error?.message);
    }
  }

  /** Look at a file. */
  open(file, text) {
    this.#file = file;
    if (this.#area.value !== text) this.#area.value = text;
    if (this.#make) this.#show();
  }

  /** All other files are there no more, or are others under their names. */
  forget() {
    for (const { place, editor } of this.#rich.values()) {
      editor.destroy();
      place.remove();
    }
    this.#rich.clear();
  }

  /** Marks of this file: {line, column, severity, message}. */
  setMarks(marks) {
    this.#marks = marks;
    this.#current?.mark(marks);
  }

  /** Put the cursor there, and look at it. */
  goTo(line, column = 1) {
    if (this.#current) return this.#current.goTo(line, column);
    const lines = this.#area.value.split("\n");
    const at = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0) + Math.max(0, column - 1);
    this.#area.focus();
    this.#area.setSelectionRange(at, at + (lines[line - 1]?.length ?? 0));
  }

  focus() {
    (this.#current ?? this.#area).focus();
  }

  get #current() {
    return this.#rich.get(this.#file)?.editor;
  }

  #show() {
    if (!this.#rich.has(this.#file)) {
      const place = document.createElement("div");
      place.className = "rich";
      this.#host.append(place);
      this.#rich.set(this.#file, { place, editor: this.#make(place, this.#file, this.#area.value) });
    }
    for (const [file, { place }] of this.#rich) place.hidden = file !== this.#file;
    this.#current.mark(this.#marks);
  }

  #typed(file) {
    if (file !== this.#file) return;
    this.#area.value = this.#current.text;
    this.#onChange(this.#area.value);
  }
}
