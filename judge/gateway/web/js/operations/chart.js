// A chart over time as SVG, with what it shows as a table behind it. One chart: {title, columns: [{name, values}],
// format, stacked}; time: {begin_ms, step_ms, steps}. A value of null is a gap.

import { element, locale, say } from "./dom.js";

const WIDTH = 480;
const HEIGHT = 150;
const LEFT = 46;
const RIGHT = 6;
const TOP = 8;
const BOTTOM = 20;
const COLOURS = 8;
const DAY_MS = 86_400_000;

function shape(tag, attributes, text) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

// A number of few digits that is not less.
function roundUp(value) {
  if (value <= 0) return 1;
  const unit = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 6, 8, 10].map((n) => n * unit).find((n) => n >= value - 1e-9);
}

// Runs of steps that have a value: [[index, ...], ...].
function runs(values) {
  const found = [];
  values.forEach((value, index) => {
    if (value === null) return;
    if (index && values[index - 1] !== null) found.at(-1).push(index);
    else found.push([index]);
  });
  return found;
}

export class Chart {
  constructor(figure, t) {
    this.t = t;
    this.figure = figure;
    this.svg = shape("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", tabindex: "0" });
    this.caption = element("figcaption");
    this.readout = element("output", { class: "readout small" });
    this.legend = element("ul", { class: "legend" });
    this.table = element("div", { class: "table", tabindex: "0", role: "region" });
    this.details = element("details", {}, element("summary", { text: t("as_table") }), this.table);
    figure.replaceChildren(this.caption, this.svg, this.readout, this.legend, this.details);
    this.at = null;
    this.details.addEventListener("toggle", () => this.drawTable());
    this.svg.addEventListener("keydown", (event) => this.key(event));
    this.svg.addEventListener("pointermove", (event) => this.point(event));
    this.svg.addEventListener("pointerleave", () => this.look(null));
  }

  show(chart, time) {
    this.chart = chart;
    this.time = time;
    say(this.caption, chart.title);
    this.svg.setAttribute("aria-label", `${chart.title}. ${this.summary()} ${this.t("chart_keys")}`);
    this.table.setAttribute("aria-label", chart.title);
    this.draw();
    this.drawTable();
    this.look(this.at);
  }

  summary() {
    return this.chart.columns
      .map(({ name, values }) => {
        const known = values.filter((value) => value !== null);
        return known.length
          ? this.t("chart_summary", { name, last: this.chart.format(known.at(-1)), most: this.chart.format(Math.max(...known)) })
          : this.t("chart_nothing", { name });
      })
      .join(" ");
  }

  x(index) {
    return LEFT + ((index + 0.5) * (WIDTH - LEFT - RIGHT)) / this.time.steps;
  }

  y(value) {
    return HEIGHT - BOTTOM - (value / this.top) * (HEIGHT - TOP - BOTTOM);
  }

  draw() {
    const { columns, stacked } = this.chart;
    const sums = Array.from({ length: this.time.steps }, (_, i) =>
      columns.reduce((sum, { values, line }) => (stacked && !line ? sum + (values[i] ?? 0) : Math.max(sum, values[i] ?? 0)), 0),
    );
    this.top = roundUp(Math.max(...sums, 0));
    this.svg.replaceChildren(...this.axes());
    let below = Array(this.time.steps).fill(0);
    columns.forEach(({ values, line }, index) => {
      const colour = `c${index % COLOURS}`;
      if (stacked && !line) {
        const above = below.map((sum, i) => sum + (values[i] ?? 0));
        for (const run of runs(values)) this.svg.append(this.area(run, below, above, colour));
        below = above;
      } else {
        for (const run of runs(values)) this.svg.append(this.line(run, values, colour));
      }
    });
    this.cursor = shape("line", { class: "cursor", y1: TOP, y2: HEIGHT - BOTTOM, visibility: "hidden" });
    this.svg.append(this.cursor);
    this.drawLegend();
  }

  *axes() {
    for (const share of [0, 0.5, 1]) {
      const y = this.y(share * this.top);
      yield shape("line", { class: "grid", x1: LEFT, x2: WIDTH - RIGHT, y1: y, y2: y });
      yield shape("text", { x: LEFT - 5, y: y + 4, "text-anchor": "end" }, this.chart.format(share * this.top));
    }
    const last = this.time.steps - 1;
    const marks = last < 2 ? [[0, "middle"]] : [[0, "start"], [Math.floor(last / 2), "middle"], [last, "end"]];
    for (const [index, anchor] of marks) {
      yield shape("text", { x: this.x(index), y: HEIGHT - 5, "text-anchor": anchor }, this.moment(index));
    }
  }

  line(run, values, colour) {
    const points = run.map((i) => `${this.x(i).toFixed(1)},${this.y(values[i]).toFixed(1)}`);
    if (run.length === 1) {
      const [x, y] = points[0].split(",");
      return shape("circle", { class: `dot ${colour}`, cx: x, cy: y, r: 2.5 });
    }
    return shape("polyline", { class: `line ${colour}`, points: points.join(" ") });
  }

  area(run, below, above, colour) {
    const half = (WIDTH - LEFT - RIGHT) / this.time.steps / 2;
    const edge = (list, i) => `${(this.x(i) - half).toFixed(1)},${this.y(list[i]).toFixed(1)} ${(this.x(i) + half).toFixed(1)},${this.y(list[i]).toFixed(1)}`;
    const back = [...run].reverse().map((i) => edge(below, i).split(" ").reverse().join(" "));
    return shape("polygon", { class: `area ${colour}`, points: [...run.map((i) => edge(above, i)), ...back].join(" ") });
  }

  drawLegend() {
    this.legend.replaceChildren(
      ...this.chart.columns.map(({ name }, index) =>
        element("li", {}, element("span", { class: `swatch c${index % COLOURS}`, "aria-hidden": "true" }), element("span", { text: name })),
      ),
    );
  }

  moment(index) {
    const at = new Date(this.time.begin_ms + index * this.time.step_ms);
    const { step_ms: step, steps } = this.time;
    const whole = step >= DAY_MS ? { timeZone: "UTC" } : {};
    const style = step * steps > 2 * DAY_MS || step >= DAY_MS ? { dateStyle: "short" } : { timeStyle: "short" };
    return new Intl.DateTimeFormat(locale, { ...style, ...whole }).format(at);
  }

  // One step under the pointer, or reached by arrow keys.
  look(index) {
    this.at = index;
    this.cursor.setAttribute("visibility", index === null ? "hidden" : "visible");
    if (index === null) return say(this.readout, "");
    this.cursor.setAttribute("x1", this.x(index));
    this.cursor.setAttribute("x2", this.x(index));
    const at = new Date(this.time.begin_ms + index * this.time.step_ms);
    const words = this.chart.columns.map(({ name, values }) => `${name} ${values[index] === null ? "–" : this.chart.format(values[index])}`);
    const style = this.time.step_ms < DAY_MS ? { timeStyle: "short" } : { timeZone: "UTC" };
    const moment = new Intl.DateTimeFormat(locale, { dateStyle: "short", ...style }).format(at);
    return say(this.readout, `${moment}: ${words.join(", ")}`);
  }

  point(event) {
    const box = this.svg.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * WIDTH;
    const index = Math.floor(((x - LEFT) / (WIDTH - LEFT - RIGHT)) * this.time.steps);
    this.look(index >= 0 && index < this.time.steps ? index : null);
  }

  key(event) {
    const last = this.time.steps - 1;
    const at = this.at ?? last + (event.key === "ArrowLeft" ? 1 : 0);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last, Escape: null }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.look(to === null ? null : Math.min(Math.max(to, 0), last));
  }

  drawTable() {
    if (!this.details.open) return;
    const { columns, format } = this.chart;
    const head = element("tr", {}, element("th", { text: this.t("time"), scope: "col" }));
    for (const { name } of columns) head.append(element("th", { text: name, scope: "col", class: "number" }));
    const body = element("tbody");
    for (let i = this.time.steps - 1; i >= 0; i -= 1) {
      if (columns.every(({ values }) => values[i] === null)) continue;
      const row = element("tr", {}, element("th", { text: this.moment(i), scope: "row" }));
      for (const { values } of columns) row.append(element("td", { text: values[i] === null ? "–" : format(values[i]), class: "number" }));
      body.append(row);
    }
    this.table.replaceChildren(element("table", {}, element("thead", {}, head), body));
  }
}
