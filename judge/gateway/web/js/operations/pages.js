// A list of the interface that comes in pages: as many of them as were asked for, read anew each time.

import { ask } from "../api.js";

export class Pages {
  // `more`: the button that asks for one page more; it is there while there is one.
  constructor(path, more) {
    this.path = path;
    this.wanted = 1;
    this.more = more;
    more.hidden = true;
    more.onclick = () => {
      this.wanted += 1;
    };
  }

  async items() {
    const found = [];
    let after = "";
    for (let page = 0; page < this.wanted && after !== null; page += 1) {
      const join = this.path.includes("?") ? "&" : "?";
      const answer = await ask("GET", `${this.path}${join}limit=100&after=${encodeURIComponent(after)}`);
      found.push(...answer.items);
      after = answer.next;
    }
    this.more.hidden = after === null;
    return found;
  }
}
