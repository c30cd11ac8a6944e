// A field that finds one of many: type, arrows, Enter. The pattern is ARIA's combobox with a list.

export class Combobox {
  #input;
  #list;
  #options = [];
  #found = [];
  #at = -1;
  #chosen = null;
  #onChoose;

  /** `options`: {id, name, words}; words are what may be typed, too. */
  constructor(input, list, onChoose) {
    this.#input = input;
    this.#list = list;
    this.#onChoose = onChoose;
    input.addEventListener("input", () => this.#open(input.value));
    input.addEventListener("click", () => this.#isOpen() || this.#openAll());
    input.addEventListener("focus", () => input.select());
    input.addEventListener("keydown", (event) => this.#key(event));
    input.addEventListener("blur", () => this.#leave());
    list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
    list.addEventListener("click", (event) => {
      const item = event.target.closest("[role=option]");
      if (item) this.#choose(this.#found[[...list.children].indexOf(item)]);
    });
  }

  set options(options) {
    this.#options = options.map((option) => ({ ...option, text: [option.name, ...option.words].join("\n").toLowerCase() }));
  }

  get chosen() {
    return this.#chosen;
  }

  /** Show this one as chosen, without telling. */
  show(id) {
    this.#chosen = this.#options.find((option) => option.id === id) ?? null;
    this.#input.value = this.#chosen?.name ?? "";
  }

  #isOpen() {
    return !this.#list.hidden;
  }

  #openAll() {
    this.#open("");
    this.#mark(this.#found.findIndex((option) => option.id === this.#chosen?.id));
  }

  #open(text) {
    const wanted = text.trim().toLowerCase();
    this.#found = this.#options.filter((option) => option.text.includes(wanted));
    const first = (option) => (option.words.some((word) => word.toLowerCase() === wanted) ? 0 : option.text.startsWith(wanted) ? 1 : 2);
    if (wanted) this.#found.sort((one, other) => first(one) - first(other));
    this.#list.replaceChildren(...this.#found.map((option, at) => this.#item(option, at)));
    if (!this.#found.length) {
      const none = document.createElement("li");
      none.className = "none";
      none.textContent = this.#list.dataset.none;
      this.#list.append(none);
    }
    this.#list.hidden = false;
    this.#input.setAttribute("aria-expanded", "true");
    this.#mark(this.#found.length && wanted ? 0 : -1);
  }

  #item(option, at) {
    const item = document.createElement("li");
    item.id = `${this.#list.id}-${at}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", String(option.id === this.#chosen?.id));
    item.textContent = option.name;
    return item;
  }

  #mark(at) {
    this.#at = at;
    [...this.#list.children].forEach((item, index) => item.classList.toggle("marked", index === at));
    const item = at >= 0 ? this.#list.children[at] : null;
    if (item) {
      this.#input.setAttribute("aria-activedescendant", item.id);
      item.scrollIntoView({ block: "nearest" });
    } else this.#input.removeAttribute("aria-activedescendant");
  }

  #key(event) {
    const { key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (step) {
      event.preventDefault();
      if (!this.#isOpen()) return this.#openAll();
      const count = this.#found.length;
      if (count) this.#mark(this.#at < 0 ? (step > 0 ? 0 : count - 1) : (this.#at + step + count) % count);
    } else if (key === "Enter") {
      event.preventDefault();
      if (this.#isOpen() && this.#at >= 0) this.#choose(this.#found[this.#at]);
      else if (!this.#isOpen()) this.#openAll();
    } else if (key === "Escape" && this.#isOpen()) {
      event.preventDefault();
      this.#close();
    } else if (key === "Tab" && this.#isOpen() && this.#at >= 0) this.#choose(this.#found[this.#at]);
  }

  #choose(option) {
    if (!option) return;
    const other = option.id !== this.#chosen?.id;
    this.#chosen = option;
    this.#close();
    if (other) this.#onChoose(option);
  }

  #close() {
    this.#list.hidden = true;
    this.#input.setAttribute("aria-expanded", "false");
    this.#input.removeAttribute("aria-activedescendant");
    this.#input.value = this.#chosen?.name ?? "";
  }

  #leave() {
    if (this.#isOpen() || this.#input.value !== (this.#chosen?.name ?? "")) this.#close();
  }
}
