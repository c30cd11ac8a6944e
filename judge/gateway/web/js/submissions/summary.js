// What is said of a judging as a whole: facts, and how sure it is.

import { el, pairs, said } from "./dom.js";
import * as format from "./format.js";
import { casesOf } from "./cases.js";

const CLOSE_SHARE = 0.8;

// The facts of a submission's report; `work` is what the interface says of it, `data` what the page knows.
export function facts(work, report, t, data) {
  const rows = [
    [t("problem"), problemLink(data)],
    [t("language"), languageOf(work, report)],
    [t("score"), report.score === null ? "" : format.score(report.score)],
    [t("cpu_time"), ofLimit(format.time, report.cpu_time_max_ns, report.time_limit_ns, report.root, t)],
    [t("memory"), ofLimit(format.bytes, report.memory_peak_max_bytes, report.memory_limit_bytes, report.root, t)],
    ...origin(work, report, t),
  ];
  return pairs(rows);
}

// What is known before there is a report.
export function liveFacts(work, t, data) {
  return pairs([[t("problem"), problemLink(data)], [t("language"), said(work.language || "")], ...origin(work, null, t)]);
}

function problemLink({ problem, package: reference }) {
  if (!problem) return "";
  return el("a", { href: `/submissions?${new URLSearchParams({ package: reference })}` }, problem);
}

function languageOf(work, report) {
  const version = said(report.toolchain_version || "");
  return [said(report.language || work.language || ""), version].filter(Boolean).join(", ");
}

function ofLimit(shown, amount, limit, root, t) {
  return limit && root ? t("of_limit", { amount: shown(amount), limit: shown(limit) }) : "";
}

// When and where; of any kind of work.
export function origin(work, report, t) {
  const waited = work.claimed_at_ms - work.submitted_at_ms;
  const took = work.finished_at_ms - work.claimed_at_ms;
  return [
    [t("handed_in"), format.moment(work.submitted_at_ms)],
    [t("waited"), work.claimed_at_ms ? format.span(Math.max(0, waited)) : ""],
    [t("took"), work.finished_at_ms && work.claimed_at_ms ? format.span(Math.max(0, took)) : ""],
    [t("finished"), format.moment(work.finished_at_ms)],
    [t("tenant"), said(work.tenant || "")],
    [t("judged_by"), said(report?.judged_by || work.worker || "")],
    [t("judge_version"), said(report?.judge_version || "")],
    [t("noise"), noise(report)],
    [t("package"), said(report?.package_digest || work.package || "")],
  ];
}

function noise(report) {
  const ratio = report?.noise_ratio;
  return ratio === null || ratio === undefined ? "" : `${(ratio * 100).toFixed(1)} %`;
}

// How sure the verdict is, a sentence each.
export function certainty(work, report, t) {
  const found = [];
  const cases = casesOf(report.root);
  const again = cases.filter((test) => test.reruns_ns?.length);
  const used = report.time_limit_ns ? report.cpu_time_max_ns / report.time_limit_ns : 0;
  if (again.length) found.push(t("sure_again", { n: again.length }));
  else if (used > CLOSE_SHARE) found.push(t("sure_close", { share: format.share(used) }));
  else if (cases.some((test) => test.run)) found.push(t("sure_far", { share: format.share(used) }));
  if (report.attempt > 1) found.push(t("sure_attempt", { n: report.attempt }));
  if (report.compile?.cached) found.push(t("sure_cached"));
  if (report.compile && !report.compile.checked) found.push(t("sure_unchecked"));
  const skipped = cases.filter((test) => test.verdict === null).length;
  if (skipped) found.push(t("sure_skipped", { n: skipped }));
  return el("ul", {}, ...found.map((text) => el("li", {}, text)));
}
