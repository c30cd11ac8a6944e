// The events of a piece of work to its end, whatever breaks in between: a connection, a gateway, a worker.

const RETRY_FIRST_MS = 500;
const RETRY_MAX_MS = 8000;

const NAMES = ["queued", "claimed", "compiling", "compiled", "case", "test", "output", "verifying", "retried", "cancelled",
  "done", "work-done"];
const LAST = new Set(["cancelled", "done", "work-done"]);

// `hear` gets {name, data}; `lost` true when nothing can be heard now, false when it can again; `over` is called once, when
// there is nothing more. A browser joins again by itself, with the id of the last event, unless a gateway or proxy says no:
// then this does. `isOver` asks whether there is anything left to wait for.
export function follow(path, { hear, lost, over, isOver }) {
  let last = "";
  let pauseMs = RETRY_FIRST_MS;
  let source = null;
  let ended = false;

  function end() {
    if (ended) return;
    ended = true;
    source.close();
    over();
  }

  function open() {
    const from = last ? `?after=${encodeURIComponent(last)}` : "";
    source = new EventSource(`${path}${from}`);
    source.addEventListener("open", () => {
      pauseMs = RETRY_FIRST_MS;
      lost(false);
    });
    source.addEventListener("error", () => broken(source));
    for (const name of NAMES) {
      source.addEventListener(name, (event) => {
        if (ended) return;
        last = event.lastEventId || last;
        hear({ name, data: JSON.parse(event.data) });
        if (LAST.has(name)) end();
      });
    }
  }

  async function broken(which) {
    if (ended || which !== source) return;
    if (which.readyState !== EventSource.CLOSED) return lost(true); // the browser tries again
    source = { close() {} };
    if (await isOver()) return end();
    lost(true);
    setTimeout(() => ended || open(), pauseMs);
    pauseMs = Math.min(pauseMs * 2, RETRY_MAX_MS);
  }

  open();
  return () => {
    ended = true;
    source.close();
  };
}
