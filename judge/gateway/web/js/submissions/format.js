// Amounts and moments for people.

const language = document.documentElement.lang || "en";
const whole = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "medium" });

export function time(ns) {
  if (ns >= 1e9) return `${(ns / 1e9).toFixed(3)} s`;
  return `${(ns / 1e6).toFixed(1)} ms`;
}

export function span(ms) {
  return ms >= 1000 ? `${(ms / 1000).toFixed(1)} s` : `${ms} ms`;
}

export function bytes(size) {
  for (const [unit, name] of [[2 ** 30, "GiB"], [2 ** 20, "MiB"], [2 ** 10, "KiB"]]) {
    if (size >= unit) return `${(size / unit).toFixed(1)} ${name}`;
  }
  return `${size} B`;
}

export function score(value) {
  return String(Number(value.toPrecision(6)));
}

export function share(part) {
  return `${(part * 100).toFixed(0)} %`;
}

export function moment(ms) {
  return ms ? whole.format(new Date(ms)) : "";
}
