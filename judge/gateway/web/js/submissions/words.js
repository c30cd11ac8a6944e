// How results are called and coloured; the roles of colours are those of judge/model/verdict.py.

import { el } from "./dom.js";

const COLOURS = {
  AC: "good", AS_EXPECTED: "good", EXITED: "good",
  WA: "bad", RTE: "bad", SIGNALLED: "bad", DIFFERENT: "bad", SYSCALL_DENIED: "bad", REFUSED: "bad", FAILED: "bad",
  TLE: "warn", MLE: "warn", OLE: "warn", CPU_LIMIT: "warn", WALL_LIMIT: "warn", IDLE_LIMIT: "warn", MEMORY_LIMIT: "warn",
  OUTPUT_LIMIT: "warn", PROCESS_LIMIT: "warn", DISK_LIMIT: "warn", LIMIT: "warn",
  CE: "note", COMPILE_ERROR: "note", JE: "note",
};

// The mark of a verdict or of how other work ended; `long` in words.
export function mark(status, t, { long = false } = {}) {
  if (!status) return el("span", { class: "muted" }, t("not_run"));
  const words = t(`status_${status}`);
  const colour = COLOURS[status] || "";
  if (long) return el("span", { class: `mark ${colour}` }, words);
  return el("abbr", { class: `mark ${colour}`, title: words }, status);
}
