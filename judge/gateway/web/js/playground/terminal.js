// A program on a terminal: xterm.js draws, the session's WebSocket carries what is typed and what is written. What a
// program writes reaches the terminal alone, which only draws it.

import { refusal } from "../workbench/words.js";

export class LiveTerminal {
  #place;
  #t;
  #judge;
  #load;
  #say;
  #terminal = null;
  #session = null;

  constructor({ place, t, judge, load, say }) {
    this.#place = place;
    this.#t = t;
    this.#judge = judge;
    this.#load = load;
    this.#say = say;
  }

  /** Start it; resolves with its report when it is over, null when it did not come to one. */
  async start(request, { forReaders = false } = {}) {
    const { Terminal } = await this.#load();
    this.#terminal?.destroy();
    this.#place.replaceChildren();
    const terminal = new Terminal(this.#place, {
      label: this.#t("terminal_label"),
      screenReader: forReaders,
      onInput: (text) => this.#type(text),
      onResize: (columns, rows) => this.#session?.resize(rows, columns),
    });
    this.#terminal = terminal;
    terminal.fit();
    try {
      this.#say(this.#t("waits"));
      const { rows, columns } = terminal;
      this.#session = await this.#judge.openSession({ ...request, terminal: true, rows, columns });
      this.#session.resize(terminal.rows, terminal.columns); // it may be another one meanwhile
      terminal.focus();
      this.#say(this.#t("terminal_runs"));
      for await (const { bytes } of this.#session.output()) await terminal.write(bytes);
      return (await this.#session.result).report ?? null;
    } catch (error) {
      this.#say(refusal(this.#t, error), "bad");
      return null;
    } finally {
      this.#session = null;
    }
  }

  /** As Ctrl-C, for those who have no such key; what had the focus keeps it. */
  interrupt() {
    return this.#type("\x03");
  }

  async stop() {
    await this.#session?.end();
  }

  async #type(text) {
    try {
      await this.#session?.send(text);
    } catch {
      // it is over
    }
  }
}
