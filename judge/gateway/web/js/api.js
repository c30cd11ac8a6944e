// The interface for programs, asked by a page: with its cookie, if it has one, and never elsewhere.

export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || body.title || String(status));
    this.status = status;
    this.name = (body.type || "").replace("/problems/", "");
    this.body = body;
  }
}

// One request; `body` is sent as JSON. Returns the answer's JSON (null where it has none), or throws a Problem, or a
// TypeError when nobody answers.
export async function ask(method, path, body, { signal, headers = {} } = {}) {
  const options = { method, signal, headers: { ...headers }, cache: "no-store" };
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers["content-type"] = "application/json";
  }
  const answer = await fetch(`/api/v1${path}`, options);
  const json = (answer.headers.get("content-type") || "").includes("json");
  const value = json ? await answer.json() : null;
  if (!answer.ok) throw new Problem(answer.status, value || {});
  return value;
}

// Server-sent events of a piece of work, each as {id, name, data}, to the end. The browser joins again by itself.
export function follow(path, hear, { names, lost = () => {} }) {
  const source = new EventSource(`/api/v1${path}`);
  for (const name of names) {
    source.addEventListener(name, (event) => hear({ id: event.lastEventId, name, data: JSON.parse(event.data) }));
  }
  source.addEventListener("error", () => {
    lost(source.readyState === EventSource.CLOSED);
  });
  return () => source.close();
}
