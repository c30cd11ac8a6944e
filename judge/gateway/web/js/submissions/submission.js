// One piece of work: its page fills while it is judged, and has the whole report when it is done.

import { ask, Problem } from "../api.js";
import { texts } from "../texts.js";
import { asGroup } from "./cases.js";
import { colourSources } from "./coloured.js";
import { el, said, textBox } from "./dom.js";
import { firstFailure } from "./failure.js";
import { follow } from "./following.js";
import { Judgings } from "./judgings.js";
import { otherFacts, otherResult } from "./other_work.js";
import { certainty, facts, liveFacts } from "./summary.js";
import { TestTable } from "./test_table.js";
import { mark } from "./words.js";

const FINAL = new Set(["done", "cancelled"]);

class WorkPage {
  constructor(node, t) {
    this.node = node;
    this.t = t;
    this.id = node.dataset.id;
    this.path = `/work/${encodeURIComponent(this.id)}`;
    this.at = (name) => node.querySelector(`[data-part="${name}"]`);
    this.table = new TestTable(t, { flat: node.dataset.kind !== "submission" });
    this.attempt = 0;
    this.work = null;
    this.judgings = node.dataset.kind === "submission" ? new Judgings(this.at("judgings"), this.id, t, node.dataset) : null;
    this.at("cancel")?.addEventListener("click", () => this.#cancel());
    this.at("again")?.addEventListener("click", () => this.#judgeAgain());
  }

  async begin() {
    this.work = await ask("GET", this.path);
    if (FINAL.has(this.work.state)) return this.#showEnd();
    this.at("tests").replaceChildren(this.table.node);
    this.at("facts").replaceChildren(liveFacts(this.work, this.t, this.node.dataset));
    this.#showState(this.t(this.work.state === "queued" ? "waits" : "runs"));
    this.at("cancel")?.removeAttribute("hidden");
    this.#learnLimits();
    follow(`/api/v1${this.path}/events`, {
      hear: (event) => this.#hear(event),
      lost: (isLost) => (this.at("lost").hidden = !isLost),
      over: () => this.#over(),
      isOver: () => this.#isOver(),
    });
  }

  // Bars are shares of the problem's limits, where it says them before it is judged.
  async #learnLimits() {
    if (!this.work.package) return;
    const found = await ask("GET", `/packages/${encodeURIComponent(this.work.package)}/problem`).catch(() => null);
    if (found?.limits.time_limit_ns) {
      this.table.know({ timeNs: found.limits.time_limit_ns, memoryBytes: found.limits.memory_bytes });
    }
  }

  // A gateway or a proxy has ended the stream for good.
  async #isOver() {
    try {
      return FINAL.has((await ask("GET", this.path)).state);
    } catch (error) {
      return error instanceof Problem && error.status === 404;
    }
  }

  async #over() {
    for (;;) {
      try {
        this.work = await ask("GET", this.path);
        break;
      } catch (error) {
        if (error instanceof Problem && error.status === 404) return this.#showFault(this.t("removed"));
        this.at("lost").hidden = false;
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
    }
    this.at("lost").hidden = true;
    this.#showEnd();
    this.judgings?.load();
  }

  #hear({ name, data }) {
    const t = this.t;
    if (name === "claimed") {
      if (data.attempt > 1) this.table.clear();
      this.#showState(t("claimed"));
    } else if (name === "compiling") this.#showState(t("compiling"));
    else if (name === "compiled") this.#showState(data.ok ? t("compiled") : t("compiled_not"));
    else if (name === "case" || name === "test") {
      this.table.add(data.case ?? data.test);
      this.#showProgress(data.index, data.total);
    } else if (name === "retried") {
      const why = data.why && this.node.dataset.judge ? ` ${said(data.why)}` : "";
      this.at("retried").textContent = t("retried", { n: data.attempt }) + why;
      this.at("retried").hidden = false;
      this.at("progress-bar").hidden = true;
      this.table.clear();
      this.#showState(t("waits_again"));
    }
  }

  #showProgress(index, total) {
    const words = this.t("test_of", { n: index, total });
    this.at("progress").textContent = words;
    const bar = this.at("progress-bar");
    bar.hidden = false;
    bar.max = total;
    bar.value = index;
    const tenth = Math.floor((index * 10) / total);
    if (tenth !== this.tenth) this.at("announced").textContent = words;
    this.tenth = tenth;
  }

  #showState(words) {
    this.at("progress").textContent = words;
    this.at("announced").textContent = words;
  }

  #showEnd() {
    const { work, t } = this;
    for (const name of ["progress-bar", "retried", "cancel"]) if (this.at(name)) this.at(name).hidden = true;
    const word = work.state === "cancelled" ? t("cancelled") : t(`status_${work.status}`);
    this.at("progress").textContent = "";
    this.at("announced").textContent = word;
    document.title = `${word} · ${document.title.replace(/^.* · (?=.* · )/, "")}`;
    this.at("verdict").replaceChildren(
      work.state === "cancelled" ? el("span", { class: "mark" }, word) : mark(work.status, t, { long: true }),
    );
    if (this.at("again") && work.state === "done") this.at("again").hidden = false;
    if (work.judging?.coursework) this.#showCoursework(work.judging);
    else if (work.judging) this.#showJudging(work.judging);
    else if (work.report) this.#showOther(work.report);
    else this.at("facts").replaceChildren(otherFacts(work, null, t));
  }

  async #showCoursework(report) {
    const { work, t } = this;
    const { courseworkNodes } = await import("../coursework/report.js");
    const { points, facts: known, parts } = await courseworkNodes(report.coursework, t);
    if (points) this.at("verdict").replaceChildren(points);
    this.at("facts").replaceChildren(known, liveFacts(work, t, this.node.dataset));
    this.at("tests").replaceChildren(parts);
    this.at("tests-title").hidden = true;
    this.node.dataset.coursework = "yes";
  }

  #showJudging(report) {
    const { work, t } = this;
    this.#showWhy(report.why, report.deciding_case, report.verdict);
    this.at("facts").replaceChildren(facts(work, report, t, this.node.dataset));
    this.#showCompile(report.compile, report.verdict === "CE");
    const sure = certainty(work, report, t);
    if (sure.childElementCount) this.#section("sure", sure);
    if (report.root) {
      const limits = { timeNs: report.time_limit_ns, memoryBytes: report.memory_limit_bytes };
      this.table = new TestTable(t, { limits });
      this.table.show(report.root, report.deciding_case);
      this.at("tests").replaceChildren(this.table.node);
    } else this.at("tests").replaceChildren();
    this.at("tests-title").hidden = !report.root;
    firstFailure(work, report, t).then((node) => node && this.#section("failure", node), () => {});
  }

  #showOther(report) {
    const { work, t } = this;
    this.#showWhy(report.reason, "", "");
    this.at("facts").replaceChildren(otherFacts(work, report, t));
    this.#showCompile(report.compile, report.compile && !report.compile.ok);
    if (report.tests) {
      this.table = new TestTable(t, { flat: true });
      this.table.show(asGroup(report.tests), report.tests.find((one) => one.verdict && one.verdict !== "AC")?.name ?? "");
      this.at("tests").replaceChildren(this.table.node);
    } else this.at("tests").replaceChildren(...otherResult(report, t));
    this.at("tests-title").hidden = !report.tests;
  }

  #showWhy(reason, where, verdict) {
    const line = this.at("why");
    line.replaceChildren();
    if (!reason || verdict === "CE") return;
    if (where) line.append(el("a", { href: "#deciding" }, said(where)), ": ");
    line.append(said(reason));
  }

  #showCompile(compile, open) {
    if (!compile?.log?.trim()) return;
    const box = textBox(compile.log, this.t("compiler_said"));
    this.#section("compile", el("details", { open: Boolean(open) }, el("summary", {}, this.t("compiler_said")), box));
  }

  #section(name, ...content) {
    const section = this.at(name);
    section.querySelector(".content").replaceChildren(...content);
    section.hidden = false;
  }

  #showFault(words) {
    const fault = this.at("fault");
    fault.textContent = words;
    fault.hidden = false;
  }

  async #cancel() {
    await this.#doing(this.at("cancel"), async () => {
      const { cancelled } = await ask("POST", `${this.path}/cancel`);
      if (!cancelled) this.#showFault(this.t("too_late"));
    });
  }

  async #judgeAgain() {
    await this.#doing(this.at("again"), async () => {
      await ask("POST", "/rejudges", { ids: [this.id] });
      this.at("announced").textContent = this.t("again_started");
      await this.judgings.load();
      this.judgings.node.scrollIntoView();
    });
  }

  // What a button does; what goes wrong is said.
  async #doing(button, act) {
    button.disabled = true;
    this.at("fault").hidden = true;
    try {
      await act();
    } catch (error) {
      this.#showFault(error instanceof Problem ? this.t("failed", { detail: error.message }) : this.t("unreachable"));
    } finally {
      button.disabled = false;
    }
  }
}

const node = document.getElementById("work");
const t = await texts("submissions");
const page = new WorkPage(node, t);
page.judgings?.load().catch(() => {});
try {
  await page.begin();
} catch (error) {
  page.at("fault").textContent = error instanceof Problem ? t("failed", { detail: error.message }) : t("unreachable");
  page.at("fault").hidden = false;
}
await colourSources().catch(() => {});
node.dataset.ready = "yes";
