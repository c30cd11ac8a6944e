// The result of what is no submission, in words and texts: runs, groups of commands, sessions, verifications.

import { el, pairs, said, textBox } from "./dom.js";
import * as format from "./format.js";
import { origin } from "./summary.js";
import { mark } from "./words.js";

export function otherFacts(work, report, t) {
  const rows = [
    [t("kind"), t(`kind_${work.kind}`)],
    [t("language"), [said(work.language || ""), said(report?.toolchain_version || "")].filter(Boolean).join(", ")],
    [t("passed"), report?.tests ? t("passed_of", { n: report.passed, total: report.tests.length }) : ""],
    [t("stored"), report?.cached ? t("stored_yes") : ""],
    ...origin(work, report, t),
  ];
  return pairs(rows);
}

export function otherResult(report, t) {
  const runs = report.runs ?? report.commands ?? (report.result ? [{ result: report.result }] : []);
  return runs.map((run, index) => shownRun(run, index + 1, runs.length, t));
}

function shownRun(run, number, count, t) {
  const { result } = run;
  const usage = result.usage;
  const parts = [];
  if (count > 1) parts.push(el("h3", {}, t("run_number", { number })));
  parts.push(
    el("p", {}, mark(result.outcome, t, { long: true }), " ", said(result.cause || ending(result, t))),
    pairs([
      [t("cpu_time"), format.time(usage.cpu_time_ns)],
      [t("wall_time"), format.time(usage.wall_time_ns)],
      [t("memory"), format.bytes(usage.memory_peak_bytes)],
    ]),
  );
  for (const name of ["stdout", "stderr"]) {
    const output = run[name];
    if (output?.blob) {
      const link = el("a", { href: `/api/v1/blobs/${encodeURIComponent(output.blob)}`, download: "" }, t("in_blob"));
      parts.push(el("h4", {}, t(name)), el("p", {}, link, ` (${format.bytes(output.size_bytes)})`));
    } else if (output?.text) parts.push(el("h4", {}, t(name)), textBox(output.text, t(name)));
  }
  return el("section", {}, ...parts);
}

function ending(result, t) {
  if (result.exit_code !== null && result.exit_code !== undefined) return t("exit_code", { code: result.exit_code });
  return result.signal ? t("signal", { number: result.signal }) : "";
}
