// One piece of work at a time: handed in, followed, stopped. What happens is said to `hear`, a table of functions by the
// name of the event; the page draws it.

const KINDS = { runs: true, evaluations: true, "embed/runs": true };

export class Running {
  #judge;
  #id = "";
  #kind = "";
  #stopping = false;
  #attempt = 0;

  constructor(judge) {
    this.#judge = judge;
  }

  /** Hand it in and follow it to its end. Resolves with its report, null when it was withdrawn. */
  async carryOut(kind, request, hear) {
    if (!KINDS[kind]) throw new Error(`no kind of work: ${kind}`);
    const work = await this.#judge.create(kind, request);
    this.#id = work.id;
    this.#kind = kind;
    hear.queued?.(work);
    if (this.#stopping) await this.stop();
    for await (const { type, data } of this.#judge.events(kind, work.id)) {
      if (type === "work-done") return data.report;
      if (type === "cancelled") return null;
      if (type === "claimed") {
        if (this.#attempt) hear.again?.();
        this.#attempt = data.attempt;
      }
      if (type === "retried") this.#attempt ||= data.attempt;
      hear[type]?.(data);
    }
    const done = await this.#judge.get(kind, work.id); // the last event was missed
    return done.state === "cancelled" ? null : done.report;
  }

  /** Stop it, now or as soon as it is there; whether that was in time. */
  async stop() {
    this.#stopping = true;
    return this.#id ? this.#judge.cancel(this.#kind, this.#id) : true;
  }
}
