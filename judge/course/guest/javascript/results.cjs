"use strict";
// What came of the tests, told to the director: the names of all that there are, fixed before the student's code ran,
// and each that was heard of.
const { ask, tell } = require("./director.cjs");

const VERDICTS = { passed: "AC", failed: "WA", error: "RTE", timeout: "TLE" };
const MESSAGE_CHARS_MAX = 4 << 10;
const NAMES_BYTES_MAX = 512 << 10;

// Names that come twice get a number.
class Names {
  constructor() {
    this.counts = new Map();
  }

  of(parts) {
    const name = parts.join(" > ");
    const count = (this.counts.get(name) ?? 0) + 1;
    this.counts.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
  }
}

class Results {
  constructor(link) {
    this.link = link;
    this.fixed = [];
    this.heard = new Map();
  }

  fix(names) {
    this.fixed = names;
    const payload = Buffer.from(JSON.stringify({ tests: names }));
    if (payload.length > NAMES_BYTES_MAX) throw new Error("the names of the tests are too long, or too many");
    tell("carry", { content: { offset: 0, size: payload.length } }, payload);
  }

  hear(name, status, message = "") {
    if (!this.heard.has(name)) this.heard.set(name, { status, message });
  }

  // What is known of the student's processes counts more than what the framework says.
  finish(loadFault = "") {
    let good = 0;
    this.fixed.forEach((name, index) => {
      const epoch = this.link.epochs.get(name);
      let said = epoch?.failure ?? this.heard.get(name);
      if (said?.status === "passed" && this.link.moduleFault !== "") {
        said = { status: "error", message: this.link.moduleFault };
      }
      if (said === undefined && loadFault !== "") said = { status: "error", message: loadFault };
      if (said === undefined) return;
      good += said.status === "passed";
      tell("case", {
        name: String(index),
        verdict: VERDICTS[said.status],
        feedback: said.message.slice(0, MESSAGE_CHARS_MAX),
        team_feedback: epoch?.output ?? "",
      });
    });
    this.link.close();
    ask("finish", { verdict: good === this.fixed.length ? "AC" : "WA", score: good });
  }
}

module.exports = { Names, Results };
