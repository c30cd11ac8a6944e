/**
 * The judge for pages: programs are run, evaluated and judged over HTTP, and run live over a WebSocket.
 * No dependencies; a browser of 2022 or later, Node 22 (20 with --experimental-websocket). Types: judge.d.mts.
 *
 *     import { connect } from "https://judge.example.org/js/judge.mjs";
 *     const judge = connect();
 *     const done = await judge.run({ language: "python3", source: "print(6 * 7)" });
 *     console.log(done.report.runs[0].stdout.text);
 */

const PREFIX = "/api/v1";

/** How long one request asks the gateway to wait for a report. */
const WAIT_S = 30;

/** Between two tries of a request, and to reach a session again. */
const RETRY_FIRST_MS = 200;
const RETRY_MAX_MS = 5000;

/** Input that may be on its way to a session: bytes, pieces, and bytes of one piece. The gateway takes a little more. */
const AHEAD_BYTES_MAX = 192 * 1024;
const AHEAD_PIECES_MAX = 512;
const PIECE_BYTES_MAX = 16 * 1024;

const INPUT_HEAD_BYTES = 8;
const OUTPUT_HEAD_BYTES = 9;

/** Closing codes after which the session cannot be reached again: it is over, or what was said makes no sense. */
const FINAL_CODES = new Set([1000, 1008]);

/** What the gateway refuses; `problem` is its body (RFC 9457), `name` the last part of its type. */
export class JudgeError extends Error {
  constructor(status, problem) {
    super(problem?.detail || problem?.title || `the gateway answered ${status}`);
    this.name = "JudgeError";
    this.status = status;
    this.problem = problem ?? null;
  }

  /** The problem's name, as "queue-full"; empty = it was no problem of the judge's. */
  get kind() {
    return String(this.problem?.type ?? "").replace(/^.*\/problems\//, "");
  }
}

/** The judge at an address; without one the server that this module came from. */
export function connect(address = "", options = {}) {
  return new Judge(address || new URL(import.meta.url).origin, options);
}

export class Judge {
  #address;
  #headers;
  #fetch;
  #WebSocket;
  #patienceMs;
  #credentials;

  constructor(address, options = {}) {
    const { key = "", headers = {}, fetch = globalThis.fetch, WebSocket, patienceMs = 30_000, credentials = "omit" } = options;
    this.#credentials = credentials;
    this.#address = String(address).replace(/\/+$/, "");
    this.#headers = key ? { ...headers, authorization: `Bearer ${key}` } : { ...headers };
    this.#fetch = (...words) => fetch(...words);
    this.#WebSocket = WebSocket ?? globalThis.WebSocket;
    this.#patienceMs = patienceMs;
  }

  /** Which languages there are, and what work may ask for at most. */
  languages({ signal } = {}) {
    return this.request("GET", "/languages", { signal });
  }

  /** Run a program or a command; resolves with the work and its report. */
  run(request, options) {
    return this.#done("runs", request, options);
  }

  /** Run a program against tests that come along. */
  evaluate(request, options) {
    return this.#done("evaluations", request, options);
  }

  /** Judge a program against a problem package. */
  submit(request, options) {
    return this.#done("submissions", request, options);
  }

  /** Hand work in, and do not wait: "runs", "evaluations", "groups", "submissions". */
  create(kind, request, { idempotencyKey = request.id ? "" : freshKey(), signal } = {}) {
    return this.request("POST", `/${kind}`, { body: request, idempotencyKey, signal });
  }

  /** Work as it stands; with `wait` (seconds) when it is done, or after that time. */
  get(kind, id, { wait = 0, signal } = {}) {
    return this.request("GET", `/${kind}/${encodeURIComponent(id)}${wait ? `?wait=${wait}` : ""}`, { signal });
  }

  /** Withdraw work; resolves with whether that was in time. */
  async cancel(kind, id, { signal } = {}) {
    return (await this.request("POST", `/${kind}/${encodeURIComponent(id)}/cancel`, { signal })).cancelled;
  }

  /** The progress of work, to its last event; goes on after a broken connection. `after`: an event's id. */
  async *events(kind, id, { after = "", signal } = {}) {
    const retry = new Retry(this.#patienceMs, signal);
    for (;;) {
      try {
        const headers = after ? { "last-event-id": after } : {};
        const path = `/${kind}/${encodeURIComponent(id)}/events`;
        const response = await this.#send("GET", path, { headers, signal });
        if (response.status === 204) return;
        for await (const event of eventsIn(response.body, retry)) {
          after = event.id;
          yield event;
          if (["done", "work-done", "cancelled"].includes(event.type)) return;
        }
      } catch (error) {
        if (!isPassing(error)) throw error;
        await retry.pause(error);
        continue;
      }
      await retry.pause(new Error("the stream of events ended early"));
    }
  }

  /**
   * Hand in many runs, evaluations and groups, a line each: {custom_id, run} or {custom_id, evaluation} or {custom_id,
   * group}. Resolves with the batch. `id`: sent again under it a line that is there already is not added.
   */
  createBatch(lines, { id = freshKey(), signal } = {}) {
    const text = Array.from(lines, (line) => `${JSON.stringify(line)}\n`).join("");
    const media = "application/x-ndjson";
    return this.#ask("POST", `/batches?id=${encodeURIComponent(id)}`, { text, media, again: true, signal });
  }

  /** A batch as it stands. */
  getBatch(id, { signal } = {}) {
    return this.request("GET", `/batches/${encodeURIComponent(id)}`, { signal });
  }

  /** Withdraw its lines that are not done; resolves with whether there were any. */
  async cancelBatch(id, { signal } = {}) {
    return (await this.request("POST", `/batches/${encodeURIComponent(id)}/cancel`, { signal })).cancelled;
  }

  /** Remove a batch that is over, its results, and the blobs that they left. */
  deleteBatch(id, { signal } = {}) {
    return this.request("DELETE", `/batches/${encodeURIComponent(id)}`, { signal });
  }

  /**
   * The result of each line, as they are done or in the "input" order, until all have one; goes on after a broken
   * connection. `after`: a result's position.
   */
  async *batchResults(id, { order = "completion", after = 0, signal } = {}) {
    const retry = new Retry(this.#patienceMs, signal);
    for (;;) {
      try {
        const path = `/batches/${encodeURIComponent(id)}/results?order=${encodeURIComponent(order)}&after=${after}`;
        const response = await this.#send("GET", path, { signal });
        if (response.status === 204) return;
        for await (const line of linesIn(response.body, retry)) {
          if (line === "") continue;
          const result = JSON.parse(line);
          after = result.position;
          yield result;
        }
      } catch (error) {
        if (!isPassing(error)) throw error;
        await retry.pause(error);
        continue;
      }
      await retry.pause(new Error("the stream of results ended early")); // or was whole: that is answered with 204
    }
  }

  /** Start a live run. */
  async openSession(request, options = {}) {
    this.#needWebSocket();
    const work = await this.create("sessions", request, options);
    return this.joinSession(work.id, options);
  }

  /** Take part in a session that is there already. `ticket`: makes the tickets, in the place of this page's key. */
  joinSession(id, { ticket, offset = 0, signal } = {}) {
    this.#needWebSocket();
    const path = `/sessions/${encodeURIComponent(id)}`;
    return new Session({
      id,
      offset,
      signal,
      patienceMs: this.#patienceMs,
      WebSocket: this.#WebSocket,
      ticket: ticket ?? (() => this.request("POST", `${path}/tickets`, { signal })),
      end: () => this.request("POST", `${path}/end`),
      address: this.#address.replace(/^http/, "ws"),
    });
  }

  /** Before anything is opened: without a WebSocket nobody could take part in it. */
  #needWebSocket() {
    if (this.#WebSocket) return;
    throw new Error("there is no WebSocket: Node has one from version 22 on, or give one to connect as { WebSocket }");
  }

  /** One request of the interface: its body as JSON. Rejects with JudgeError for a problem. */
  request(method, path, { body, idempotencyKey = "", signal } = {}) {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const again = method !== "POST" || Boolean(idempotencyKey);
    return this.#ask(method, path, { text, media: "application/json", idempotencyKey, again, signal });
  }

  /** One request. `again`: it may be sent twice. */
  async #ask(method, path, { text, media, idempotencyKey = "", again, signal }) {
    const headers = {};
    if (text !== undefined) headers["content-type"] = media;
    if (idempotencyKey) headers["idempotency-key"] = idempotencyKey;
    const retry = new Retry(again ? this.#patienceMs : 0, signal);
    for (;;) {
      try {
        const response = await this.#send(method, path, { headers, body: text, signal });
        return response.status === 204 ? null : await response.json();
      } catch (error) {
        if (!isPassing(error)) throw error;
        await retry.pause(error);
      }
    }
  }

  async #send(method, path, { headers = {}, body, signal }) {
    const sent = { ...this.#headers, ...headers };
    const where = `${this.#address}${PREFIX}${path}`;
    const response = await this.#fetch(where, { method, headers: sent, body, signal, credentials: this.#credentials });
    if (response.ok) return response;
    let problem = null;
    try {
      problem = await response.json();
    } catch {
      // a proxy's own page
    }
    const error = new JudgeError(response.status, problem);
    error.retryAfterMs = 1000 * (Number(response.headers.get("retry-after")) || 0);
    throw error;
  }

  async #done(kind, request, { idempotencyKey = request.id ? "" : freshKey(), signal } = {}) {
    const again = idempotencyKey ? { idempotencyKey } : {};
    let work = await this.request("POST", `/${kind}?wait=${WAIT_S}`, { body: request, signal, ...again });
    while (work.state !== "done" && work.state !== "cancelled") {
      work = await this.get(kind, work.id, { wait: WAIT_S, signal });
    }
    return work;
  }
}

/** A live run. Output is read by `output()`, once; `result` resolves with the work when it is over. */
export class Session {
  #options;
  #socket = null;
  #retry;
  #pieces = []; // input that is not known to be typed: {offset, data}
  #sent = 0; // how many of them are on their way
  #typed = null; // the offset behind all that is known to be typed
  #next = 0; // the offset behind all of #pieces
  #ended = "no"; // whether the end of the input is asked for: no, asked, sent, said
  #waiting = []; // messages for a socket that is not open
  #rooms = []; // those who wait for room
  #output = new Pieces();
  #decoders = new Map();
  #settle;
  #left = false;
  #isHeard = false; // the socket has said how the session stands
  #name = freshKey(); // the same on each socket: what another client types is not taken for ours

  constructor(options) {
    this.#options = options;
    this.id = options.id;
    this.state = "queued";
    this.offset = options.offset;
    this.lostBytes = 0;
    this.shared = false; // another client has typed into it, too
    this.#retry = new Retry(options.patienceMs, options.signal);
    this.result = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.result.catch(() => {}); // who reads output alone hears of it there
    options.signal?.addEventListener("abort", () => this.#fail(options.signal.reason), { once: true });
    this.#reach();
  }

  /** All output from here on: {stream, offset, bytes, text}. Ends with the session; throws what `result` rejects with. */
  output() {
    return this.#output;
  }

  /** Type; resolves when there is room for more. */
  async send(input) {
    const data = typeof input === "string" ? new TextEncoder().encode(input) : new Uint8Array(input);
    if (this.#ended !== "no") throw new Error("the input has ended");
    for (let at = 0; at < data.length; at += PIECE_BYTES_MAX) {
      const piece = data.slice(at, at + PIECE_BYTES_MAX);
      this.#pieces.push({ offset: this.#next, data: piece });
      this.#next += piece.length;
    }
    this.#push();
    while (!this.#output.closed && this.#isFull()) await new Promise((resolve) => this.#rooms.push(resolve));
  }

  /** No more input comes. */
  endInput() {
    if (this.#ended === "no") this.#ended = "asked";
    this.#push();
  }

  /** The window has another size. */
  resize(rows, columns) {
    this.#say({ type: "resize", rows, columns });
  }

  /** Send "INT", "TERM", "KILL", ... to the program. */
  signal(name) {
    this.#say({ type: "signal", name });
  }

  /** End it; its report follows. */
  async end() {
    if (this.#isOpen()) this.#say({ type: "close" });
    else await this.#options.end();
  }

  /** Leave it: it goes on for its time of grace, and may be joined again. */
  leave() {
    this.#left = true;
    this.#fail(new Error("this client has left the session"));
  }

  async #reach() {
    while (!this.#output.closed) {
      try {
        const { ticket, path } = await this.#options.ticket(this.id);
        if (this.#output.closed) return;
        this.#open(ticket, path);
        return;
      } catch (error) {
        if (!isPassing(error)) return this.#fail(error);
        try {
          await this.#retry.pause(error);
        } catch (last) {
          return this.#fail(last);
        }
      }
    }
  }

  #open(ticket, path) {
    const where = `${path ?? `${PREFIX}/sessions/${encodeURIComponent(this.id)}/socket`}`;
    const query = new URLSearchParams({ ticket, offset: this.offset, lost: this.lostBytes, frames: "binary" });
    query.set("client", this.#name);
    const socket = new this.#options.WebSocket(`${this.#options.address}${where}?${query}`);
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => this.#hear(data);
    socket.onclose = ({ code, reason }) => this.#closed(socket, code, reason);
    socket.onerror = () => {}; // onclose follows
    this.#socket = socket;
    this.#isHeard = false;
    this.#sent = 0;
  }

  async #closed(socket, code, reason) {
    if (socket !== this.#socket || this.#output.closed) return;
    this.#socket = null;
    this.#isHeard = false;
    const error = new Error(`the WebSocket was closed: ${code} ${reason}`);
    if (FINAL_CODES.has(code)) return this.#fail(error);
    try {
      await this.#retry.pause(error);
      await this.#reach();
    } catch (last) {
      this.#fail(last);
    }
  }

  #hear(data) {
    if (data instanceof ArrayBuffer) return this.#hearOutput(data);
    const message = JSON.parse(data);
    if (message.type === "state") {
      this.state = message.state;
      if (!this.#isHeard) this.#begin(message.typed);
    } else if (message.type === "typed") {
      if (message.gap) {
        this.shared = true;
        this.#typed = null; // all that is not known to be typed goes behind what another one typed
        return this.#socket.close(4000, "what was typed is not there"); // and reach it again
      }
      if (message.ended) this.#ended = "said";
      this.#acknowledge(message.offset);
      this.#push();
    } else if (message.type === "over") {
      this.state = message.work.state;
      this.#finish();
      this.#settle.resolve(message.work);
    } else if (message.type === "problem") {
      this.#fail(new JudgeError(message.problem.status, message.problem));
    }
  }

  #hearOutput(message) {
    const view = new DataView(message);
    const stream = view.getUint8(0);
    const offset = Number(view.getBigUint64(1));
    const bytes = new Uint8Array(message, OUTPUT_HEAD_BYTES);
    if (offset > this.offset) {
      this.lostBytes += offset - this.offset;
      this.#decoders.clear();
    }
    this.offset = offset + bytes.length;
    let decoder = this.#decoders.get(stream);
    if (!decoder) this.#decoders.set(stream, (decoder = new TextDecoder()));
    this.#output.put({ stream, offset, bytes, text: decoder.decode(bytes, { stream: true }) });
  }

  /** The first word on a socket: from here on it is known what arrived. */
  #begin(typed) {
    this.#isHeard = true;
    this.#retry.succeeded();
    if (this.#typed !== null) this.#acknowledge(typed);
    const first = this.#pieces[0];
    let offset = this.#typed !== null && first && first.offset < typed ? first.offset : typed;
    for (const piece of this.#pieces) {
      piece.offset = offset;
      offset += piece.data.length;
    }
    this.#typed = typed;
    this.#next = offset;
    if (this.#ended === "sent") this.#ended = "asked";
    for (const words of this.#waiting.splice(0)) this.#say(words);
    this.#push();
  }

  /** So much was typed in all. */
  #acknowledge(typed) {
    this.#typed = typed;
    while (this.#pieces.length && this.#pieces[0].offset + this.#pieces[0].data.length <= typed) {
      this.#pieces.shift();
      this.#sent = Math.max(0, this.#sent - 1);
    }
    if (!this.#isFull()) for (const room of this.#rooms.splice(0)) room();
  }

  #isFull() {
    return this.#pieces.length > AHEAD_PIECES_MAX || this.#next - (this.#typed ?? 0) > AHEAD_BYTES_MAX;
  }

  #isOpen() {
    return this.#isHeard && this.#socket?.readyState === 1;
  }

  /** Send what may be sent now. */
  #push() {
    if (!this.#isOpen()) return;
    while (this.#sent < Math.min(this.#pieces.length, AHEAD_PIECES_MAX)) {
      const { offset, data } = this.#pieces[this.#sent];
      if (offset + data.length - this.#typed > AHEAD_BYTES_MAX) return;
      const message = new Uint8Array(INPUT_HEAD_BYTES + data.length);
      new DataView(message.buffer).setBigUint64(0, BigInt(offset));
      message.set(data, INPUT_HEAD_BYTES);
      this.#socket.send(message);
      this.#sent += 1;
    }
    if (this.#ended === "asked" && this.#sent === this.#pieces.length) {
      this.#ended = "sent";
      this.#say({ type: "end" });
    }
  }

  #say(words) {
    if (this.#output.closed) return;
    if (this.#isOpen()) this.#socket.send(JSON.stringify(words));
    else this.#waiting.push(words);
  }

  #finish(error) {
    const socket = this.#socket;
    this.#socket = null;
    this.#output.close(this.#left ? undefined : error);
    for (const room of this.#rooms.splice(0)) room();
    socket?.close(1000);
  }

  #fail(error) {
    if (this.#output.closed) return;
    this.#finish(error);
    this.#settle.reject(error);
  }
}

/** Patience with what may pass: pauses that grow, up to a time without any success. */
class Retry {
  #patienceMs;
  #signal;
  #since = null;
  #pauseMs = RETRY_FIRST_MS;

  constructor(patienceMs, signal) {
    this.#patienceMs = patienceMs;
    this.#signal = signal;
  }

  succeeded() {
    this.#since = null;
    this.#pauseMs = RETRY_FIRST_MS;
  }

  /** Wait before the next try; throws the error when that would take too long. */
  async pause(error) {
    this.#signal?.throwIfAborted();
    this.#since ??= Date.now();
    const pauseMs = Math.max(this.#pauseMs * (0.5 + Math.random() / 2), error.retryAfterMs ?? 0);
    if (Date.now() + pauseMs - this.#since > this.#patienceMs) throw error;
    this.#pauseMs = Math.min(this.#pauseMs * 2, RETRY_MAX_MS);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    this.#signal?.throwIfAborted();
  }
}

/** What comes now and then, for one reader. */
class Pieces {
  #here = [];
  #wake = null;
  #error;
  closed = false;

  put(piece) {
    this.#here.push(piece);
    this.#wake?.();
  }

  close(error) {
    this.closed = true;
    this.#error = error;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator]() {
    for (;;) {
      while (this.#here.length) yield this.#here.shift();
      if (this.closed) break;
      await new Promise((resolve) => (this.#wake = resolve));
    }
    if (this.#error) throw this.#error;
  }
}

/** The events of a stream (the HTML standard, server-sent events): {id, type, data}; comments are passed over. */
async function* eventsIn(body, retry) {
  let event = {};
  for await (const line of linesIn(body, retry)) {
    if (line === "") {
      if (event.data !== undefined) yield { id: event.id ?? "", type: event.event, data: JSON.parse(event.data) };
      event = {};
    } else if (!line.startsWith(":")) {
      const colon = line.indexOf(": ");
      event[line.slice(0, colon)] = line.slice(colon + 2);
    }
  }
}

/** The whole lines of a body, as they come; whatever comes, be it a ping, is a success of `retry`. */
async function* linesIn(body, retry) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      retry.succeeded();
      text += decoder.decode(value, { stream: true });
      const lines = text.split("\n");
      text = lines.pop();
      yield* lines;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** What may be better soon: the network, a full queue, a gateway that stops. */
function isPassing(error) {
  if (error instanceof JudgeError) return [408, 429, 502, 503, 504].includes(error.status);
  return error instanceof TypeError; // what fetch throws when there was no answer
}

/** The same request sent again is the same work. */
function freshKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
