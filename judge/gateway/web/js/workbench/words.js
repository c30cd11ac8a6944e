// What became of a run, in words and numbers for people. `t` gives texts; the values are of the interface's reports.

const LOCALE = globalThis.document?.documentElement?.lang || "en";

const SIGNALS = { 1: "HUP", 2: "INT", 3: "QUIT", 4: "ILL", 5: "TRAP", 6: "ABRT", 7: "BUS", 8: "FPE", 9: "KILL", 11: "SEGV", 13: "PIPE", 14: "ALRM", 15: "TERM", 24: "XCPU", 25: "XFSZ", 31: "SYS" };

/** Seconds of nanoseconds, as precise as makes sense. */
export function seconds(ns) {
  const s = (ns ?? 0) / 1e9;
  const digits = s < 1 ? 3 : s < 100 ? 2 : 0;
  return `${new Intl.NumberFormat(LOCALE, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(s)} s`;
}

/** Bytes, in the unit that fits. */
export function size(bytes) {
  const units = ["B", "KiB", "MiB", "GiB"];
  let [value, at] = [bytes ?? 0, 0];
  while (value >= 1024 && at < units.length - 1) [value, at] = [value / 1024, at + 1];
  const digits = at && value < 100 ? 1 : 0;
  return `${new Intl.NumberFormat(LOCALE, { maximumFractionDigits: digits }).format(value)} ${units[at]}`;
}

// What was allowed, in the evidence of a run that went beyond it. Nothing else of the evidence is for people: it is English.
const ALLOWED = [
  [/ limit of (\d+) bytes$/, size],
  [/ over (\d+) bytes$/, size],
  [/^(\d+) bytes are too few /, size],
  [/ ([\d.]+) s allowed\b/, (s) => seconds(s * 1e9)],
];

function allowedIn(cause) {
  for (const [pattern, inWords] of ALLOWED) {
    const found = pattern.exec(cause ?? "");
    if (found) return inWords(Number(found[1]));
  }
  return "";
}

/** How a run ended: {text, tone}; tone is "good", "bad" or "warn". */
export function endOf(t, result) {
  if (result.outcome === "EXITED") {
    const tone = result.exit_code === 0 ? "good" : "bad";
    return { text: t(result.exit_code === 0 ? "ended_well" : "ended_code", { code: result.exit_code ?? 0 }), tone };
  }
  if (result.outcome === "SIGNALLED") return { text: signalled(t, result.signal), tone: "bad" };
  const name = `ended_${String(result.outcome).toLowerCase()}`;
  const known = t.has(name) ? t(name, { syscall: result.syscall ?? "?" }) : t("ended_other", { outcome: result.outcome });
  const limit = String(result.outcome).endsWith("_LIMIT") ? allowedIn(result.cause) : "";
  const text = limit ? t("ended_with_limit", { text: known, limit }) : known;
  return { text, tone: result.outcome === "CANCELLED" ? "warn" : "bad" };
}

function signalled(t, number) {
  const name = SIGNALS[number] ? `SIG${SIGNALS[number]}` : String(number ?? "?");
  const means = `signal_${String(SIGNALS[number]).toLowerCase()}`;
  return t.has(means) ? t("ended_signal_known", { name, means: t(means) }) : t("ended_signal", { name });
}

/** What is wrong with work as a whole: {text, tone}; null = nothing is. */
export function faultOf(t, report) {
  if (report.blame === "judge") return { text: t("fault_judge", { reason: report.reason || "-" }), tone: "warn" };
  if (report.blame === "client") return { text: t("fault_client", { reason: report.reason || "-" }), tone: "bad" };
  if (report.compile && !report.compile.ok) return { text: t("does_not_compile"), tone: "bad" };
  return null;
}

/** Measured values of a run: [name, value]. */
export function factsOf(t, result) {
  const { usage } = result;
  return [
    [t("fact_cpu"), seconds(usage?.cpu_time_ns)],
    [t("fact_wall"), seconds(usage?.wall_time_ns)],
    [t("fact_memory"), size(usage?.memory_peak_bytes)],
  ];
}

/** An error of a request, for people. */
export function refusal(t, error) {
  if (error instanceof TypeError) return t("unreachable");
  const fields = (error.problem?.errors ?? []).map((one) => one.pointer || one.parameter).filter(Boolean);
  const detail = fields.length ? `${error.message} (${fields.join(", ")})` : error.message;
  return t("failed", { detail });
}
