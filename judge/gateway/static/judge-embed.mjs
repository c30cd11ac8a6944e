/**
 * Programs in a page that its readers change and run, in a frame of the judge's. No dependencies; no key, no cookie.
 *
 *     <script type="module" src="https://judge.example.org/js/judge-embed.mjs"></script>
 *     <pre data-judge data-language="python3">print(6 * 7)</pre>
 *
 * The judge's setting `embed_origins` lists the page. Attributes and messages: docs/howto/playground-and-embed.md.
 */

const ORIGIN = new URL(import.meta.url).origin;

const HEIGHT_MAX = 1200;

/** What an element may say, and the parameter of /embed that it becomes. */
const PARAMETERS = { share: "share", theme: "theme", readonly: "readonly", hide: "hide", interface: "lang" };

/** One program in the page, in the place of an element. */
export class JudgeEmbed extends EventTarget {
  #frame;
  #ready;
  #isReady;
  #program;
  #isFixed;

  constructor(element) {
    super();
    const { dataset } = element;
    this.#isFixed = dataset.height !== undefined;
    this.#program = programOf(element);
    this.#ready = new Promise((resolve) => (this.#isReady = resolve));
    this.#frame = frameOf(dataset);
    addEventListener("message", (event) => this.#hear(event));
    element.replaceWith(this.#frame);
    this.#frame.judge = this;
  }

  /** The frame in the page. */
  get frame() {
    return this.#frame;
  }

  /** Another program, or parts of it: {language, source, files, main, stdin, arguments}. */
  set(program) {
    return this.#tell({ type: "judge:set", program });
  }

  /** Run what is there. */
  run() {
    return this.#tell({ type: "judge:run" });
  }

  /** Stop what runs. */
  stop() {
    return this.#tell({ type: "judge:stop" });
  }

  async #tell(message) {
    await this.#ready;
    this.#frame.contentWindow?.postMessage(message, ORIGIN);
  }

  #hear({ origin, source, data }) {
    if (origin !== ORIGIN || source !== this.#frame.contentWindow || typeof data?.type !== "string") return;
    const name = data.type.replace(/^judge:/, "");
    if (name === "ready") {
      this.#isReady();
      if (this.#program) this.set(this.#program);
    }
    if (name === "height" && !this.#isFixed && data.height > 0) {
      this.#frame.style.height = `${Math.min(data.height, HEIGHT_MAX)}px`;
    }
    const told = { detail: data, bubbles: true };
    this.dispatchEvent(new CustomEvent(name, told));
    this.#frame.dispatchEvent(new CustomEvent(`judge-${name}`, told));
  }
}

function programOf({ dataset, textContent }) {
  if (dataset.share) return null;
  const source = textContent.replace(/^\r?\n/, "").replace(/\s+$/, "\n");
  const program = { language: dataset.language ?? "", source };
  if (dataset.stdin !== undefined) program.stdin = dataset.stdin;
  if (dataset.arguments !== undefined) program.arguments = dataset.arguments;
  return program;
}

function frameOf(dataset) {
  const query = new URLSearchParams({ origin: location.origin });
  for (const [name, parameter] of Object.entries(PARAMETERS)) {
    if (dataset[name] !== undefined) query.set(parameter, dataset[name] || "1");
  }
  const frame = document.createElement("iframe");
  frame.src = `${ORIGIN}/embed?${query}`;
  frame.title = dataset.title || "A program that you can run";
  frame.loading = "lazy";
  frame.referrerPolicy = "no-referrer";
  frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-downloads");
  Object.assign(frame.style, { width: "100%", height: `${Number(dataset.height) || 420}px`, border: "0" });
  return frame;
}

/** Put a frame in the place of each element with `data-judge` below `root`; the list of them. */
export function embedAll(root = document) {
  return [...root.querySelectorAll("[data-judge]")].map((element) => new JudgeEmbed(element));
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => embedAll());
else embedAll();
