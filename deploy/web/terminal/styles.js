// What the terminal does with styles, so that a content policy without 'unsafe-inline' allows it: the build puts these
// in the place of its <style> elements and of style attributes that it writes as text.

// An element whose text is a style sheet of the tree that it stands in.
class StyleText extends HTMLElement {
  #sheet = new CSSStyleSheet();
  #root = null;

  set textContent(css) {
    this.#sheet.replaceSync(css);
  }

  get textContent() {
    return "";
  }

  connectedCallback() {
    this.#root = this.getRootNode();
    this.#root.adoptedStyleSheets.push(this.#sheet);
  }

  disconnectedCallback() {
    this.#root.adoptedStyleSheets = this.#root.adoptedStyleSheets.filter((sheet) => sheet !== this.#sheet);
  }
}

customElements.define("style-text", StyleText);

export function setStyle(element, css) {
  element.style.cssText = css;
}
