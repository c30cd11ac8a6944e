// What an evaluation against the samples found: a summary, and each sample with its texts. Text from outside goes in as
// textContent alone.

import { visible, visibleLine } from "../visible.js";

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function printed(stream) {
  if (!stream) return "";
  return stream.omitted_bytes ? `${stream.head}\n[${stream.omitted_bytes} bytes]\n${stream.tail}` : stream.head;
}

function textBlock(label, text) {
  const block = element("section", "sample-file");
  const head = element("div", "sample-head");
  head.append(element("h4", "", label));
  const pre = element("pre", "", visible(text));
  pre.tabIndex = 0;
  pre.setAttribute("aria-label", label);
  block.append(head, pre);
  return block;
}

function amounts(run) {
  if (!run) return "";
  const ms = run.usage.cpu_time_ns / 1e6;
  const mib = run.usage.memory_peak_bytes / 2 ** 20;
  return `${ms < 100 ? ms.toFixed(1) : ms.toFixed(0)} ms · ${mib.toFixed(1)} MiB`;
}

function outcome(test, sample, t) {
  const good = test.verdict === "AC";
  const details = element("details", "outcome");
  details.open = !good;
  const summary = element("summary");
  summary.append(
    element("span", `mark ${good ? "good" : "bad"}`, test.verdict || "-"),
    element("span", "", t("sample", { name: visibleLine(test.name) })),
    element("span", "muted small", amounts(test.run)),
  );
  details.append(summary);
  if (test.reason) details.append(element("p", "small sample-files", visibleLine(test.reason)));
  const files = element("div", "sample-files");
  files.append(textBlock(t("input"), sample.stdin), textBlock(t("expected"), sample.expected));
  files.append(textBlock(t("output"), printed(test.stdout)));
  const errors = printed(test.stderr);
  if (errors) files.append(textBlock(t("stderr"), errors));
  details.append(files);
  return details;
}

// `tests`: as they were sent, with `stdin` and `expected` as readable texts.
export function showResults(place, work, tests, t, { ownValidator }) {
  const report = work.report || {};
  place.replaceChildren();
  if (report.compile && !report.compile.ok) {
    place.append(element("p", "notice bad", t("compile_error")), textBlock(t("compile_error"), report.compile.log));
  } else if (!report.tests || !report.tests.length) {
    place.append(element("p", "notice bad", visibleLine(work.reason || report.reason || work.status || work.state)));
  } else {
    const all = report.passed === report.tests.length;
    const said = t("passed", { passed: report.passed, n: report.tests.length });
    place.append(element("p", `notice ${all ? "good" : "bad"}`, said));
    if (ownValidator) place.append(element("p", "muted small", t("own_validator")));
    report.tests.forEach((test, index) => place.append(outcome(test, tests[index], t)));
  }
  place.hidden = false;
}
