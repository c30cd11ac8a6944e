// The first test that failed: what it was to print beside what it printed, where who asks may see both.

import { ask } from "../api.js";
import { caseNamed } from "./cases.js";
import { sideBySide } from "./difference.js";
import { el, said, textBox } from "./dom.js";
import { whole } from "./test_table.js";

// Null where there is nothing to show. Only a sample's data are public; of others a judge is told by the validator.
export async function firstFailure(work, report, t) {
  const test = caseNamed(report.root, report.deciding_case);
  if (!test || test.verdict === "AC" || test.verdict === null) return null;
  const heading = el("h3", {}, said(test.name));
  if (test.sample) {
    const sample = await sampleNamed(report.package_digest || work.package, test.name);
    if (sample?.answer && test.verdict === "WA") {
      const printed = whole(test.stdout, t);
      const table = sideBySide(sample.answer.text, printed, { titles: [t("expected"), t("printed")], t });
      const input = sample.input ? [el("h4", {}, t("input")), textBox(sample.input.text, t("input"))] : [];
      return el("div", {}, heading, ...input, el("h4", {}, t("difference")), table);
    }
  }
  const said_ = test.feedback?.trim() ? [el("h4", {}, t("for_judges")), textBox(test.feedback, t("for_judges"))] : [];
  const printed = whole(test.stdout, t);
  if (printed && test.verdict === "WA") said_.push(el("h4", {}, t("printed")), textBox(printed, t("printed")));
  return said_.length ? el("div", {}, heading, ...said_) : null;
}

async function sampleNamed(digest, name) {
  if (!digest) return null;
  try {
    const { items } = await ask("GET", `/packages/${encodeURIComponent(digest)}/samples`);
    return items.find((one) => name === one.name || name.endsWith(`/${one.name}`)) ?? null;
  } catch {
    return null; // the package is gone, or there is no store: what the report says is shown alone
  }
}
