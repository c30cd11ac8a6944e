// What compilers and interpreters say, as marks at lines of the files: {file, line, column, severity, message}.
// Pure. A message counts only where it names one of the files, so that what a program prints is seldom taken for one.

import { beginning } from "../visible.js";

const MARKS_MAX = 100;
const LINES_MAX = 4000;
const LINE_LETTERS_MAX = 1000;
const MESSAGE_LETTERS_MAX = 300;
const AHEAD_LINES_MAX = 12;

// What stands behind a file's name: FILE:3:5, FILE(3,5), FILE:[3,5], "FILE", line 3, characters 4-8, FILE: line 3,
// FILE on line 3.
const PLACE = new RegExp(
  [
    String.raw`:(\d+)(?::(\d+))?(?:-\d+)?`,
    String.raw`[(:]\[?(\d+)(?:[,:] ?(\d+))?(?:-\d+)?[\])]`,
    String.raw`"?'?[,:]? (?:on )?[Ll]ines? (\d+)(?:-\d+)?(?:, characters? (\d+))?`,
  ]
    .map((form) => `(?:${form})`)
    .join("|"),
  "y",
);

const SEVERITY = /^[\s:,]*(?:(fatal error|error|fatal|warning|note|help|remark|info)\b)?\s*(?:\[[\w-]+\]|[A-Z]{1,4}\d{2,5})?\s*:?\s*(?:\[[A-Z]+-\d+\])?\s*/i;
const HEADER = /^(?:\d+ \| )?\s*(error|warning)(?:\[[\w:]+\])?: (.+)$/; // Rust, Elixir: the place comes behind
const POINTER = /^\s*(?:-->|└─|at)\s/;
const STACK = /^\s*at\s/;
const SAID = /^\s*(?:(Fatal Error|Error|Warning): )(.+)$/; // Fortran, OCaml, behind the place
const NAMED = /^(?:[\w.:]*(?:Error|Exception|Warning|Interrupt|Failure|Exit)\b.*|Error: .*|panic: .*)$/;
const RULE = /^-- .*?(Error|Warning): /; // Scala 3

/** `names`: of the files; where there is only one, any of its extension is it: languages call a lone file theirs. */
export function marksIn(log, names) {
  const lines = log.split("\n", LINES_MAX).map((line) => beginning(line, LINE_LETTERS_MAX).replace(/\r$/, ""));
  const places = placesIn(lines, names);
  const marks = [];
  let header = null;
  lines.forEach((line, at) => {
    const place = places[at];
    const heads = HEADER.exec(line);
    if (heads && !place) header = { severity: severityOf(heads[1]), message: heads[2] };
    if (!place || marks.length >= MARKS_MAX) return;
    const mark = markAt(lines, places, at, header);
    if (mark) marks.push(mark);
    if (POINTER.test(line)) header = null;
  });
  return withoutDoubles(marks);
}

function placesIn(lines, names) {
  const known = knownNames(names);
  return lines.map((line) => placeIn(line, known, names));
}

function knownNames(names) {
  const alone = names.length === 1 ? /\.[A-Za-z0-9+]+$/.exec(names[0]) : null;
  const forms = [...names].sort((one, other) => other.length - one.length).map(escaped);
  if (alone) forms.push(`[A-Za-z_]\\w{0,60}${escaped(alone[0])}`);
  return new RegExp(`(?<![\\w.-])(${forms.join("|")})(?!\\w)`, "g");
}

function escaped(text) {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}

function placeIn(line, known, names) {
  known.lastIndex = 0;
  for (let found = known.exec(line); found; found = known.exec(line)) {
    PLACE.lastIndex = found.index + found[0].length;
    const place = PLACE.exec(line);
    if (!place) continue;
    const [lineText, columnText, ocaml] = place[1]
      ? [place[1], place[2]]
      : place[3]
        ? [place[3], place[4]]
        : [place[5], place[6], true];
    const column = columnText ? Number(columnText) + (ocaml ? 1 : 0) : 0;
    const file = names.includes(found[1]) ? found[1] : names[0];
    const before = line.slice(0, found.index);
    return { file, line: Number(lineText), column, before, rest: line.slice(PLACE.lastIndex) };
  }
  return null;
}

function markAt(lines, places, at, header) {
  const { file, line, column, before, rest } = places[at];
  if (line < 1 || line > 1e7) return null;
  const made = (severity, message) => ({ file, line, column, severity, message: shortened(message) });
  if (header && POINTER.test(lines[at])) return made(header.severity, header.message);
  if (/File "[^"]*$/.test(before)) return ofFrames(lines, places, at, made);
  if (STACK.test(lines[at])) return ofStack(lines, places, at, made);
  if (POINTER.test(lines[at])) return null;
  const rule = RULE.exec(lines[at]);
  if (rule) return made(severityOf(rule[1]), ofRule(lines, at) || rule[1]);
  const [whole, word] = SEVERITY.exec(rest) ?? ["", ""];
  if (/^(note|help|remark|info)$/i.test(word ?? "")) return null;
  const message = rest.slice(whole.length).trim();
  if (message && !/^[\s):,.'"\]]*$/.test(message)) {
    // PHP and Perl say what it is before they say where.
    const earlier = /^(.*?)\s(?:in|at)\s(?:[\w./-]*\/)?$/.exec(before);
    const said = earlier && /^(near|,|\.)/.test(message) ? `${earlier[1]} ${message.replace(/^[,.]\s*/, "")}` : message;
    return made(severityOf(word), said);
  }
  const earlier = /^(.+?)\s+(?:in|at)\s+(?:[\w./-]*\/)?$/.exec(before);
  if (earlier) return made(severityOf(/warning/i.test(earlier[1]) ? "warning" : ""), earlier[1]);
  return below(lines, places, at, word, made);
}

// Python, OCaml: the last frame in our files, and what is said behind all frames.
function ofFrames(lines, places, at, made) {
  for (let next = at + 1; next < Math.min(lines.length, at + 200); next += 1) {
    const line = lines[next];
    if (places[next] && /^\s+File "|^File "/.test(line)) return null; // a later frame is nearer to the fault
    if (/^\S/.test(line) && !/^(Traceback|File ")/.test(line) && !/^\d+ \|/.test(line)) {
      const said = SAID.exec(line);
      if (said) return made(severityOf(said[1]), said[2]);
      return NAMED.test(line) ? made("error", line) : null;
    }
  }
  return null;
}

// Java, JavaScript: only the first frame in our files, with what stands above all frames.
function ofStack(lines, places, at, made) {
  let above = at - 1;
  while (above >= 0 && STACK.test(lines[above])) {
    if (places[above]) return null;
    above -= 1;
  }
  while (above >= 0 && !lines[above].trim()) above -= 1;
  return above >= 0 ? made("error", lines[above]) : null;
}

// Scala 3 draws a frame; the words stand behind the line with the carets.
function ofRule(lines, at) {
  for (let next = at + 1; next < Math.min(lines.length, at + AHEAD_LINES_MAX); next += 1) {
    if (/^\s*\|\s*\^+/.test(lines[next])) return (lines[next + 1] ?? "").replace(/^\s*\|\s*/, "");
  }
  return "";
}

// GHC, Fortran, Node: the words are some lines below.
function below(lines, places, at, word, made) {
  const ahead = lines.slice(at + 1, at + 1 + AHEAD_LINES_MAX);
  const end = ahead.findIndex((_, index) => places[at + 1 + index]);
  const near = end < 0 ? ahead : ahead.slice(0, end);
  for (const line of near) {
    const said = SAID.exec(line);
    if (said) return made(severityOf(said[1]), said[2]);
    if (NAMED.test(line)) return made(severityOf(word), line);
  }
  const first = near.find((line) => line.trim() && !/^\s*(\d+ )?\||^\s*\^/.test(line));
  if (word && first) return made(severityOf(word), first.replace(/^[\s•]+/, ""));
  return null;
}

function severityOf(word) {
  return /^w/i.test(word ?? "") ? "warning" : "error";
}

function shortened(message) {
  const text = message.trim();
  return text.length > MESSAGE_LETTERS_MAX ? `${beginning(text, MESSAGE_LETTERS_MAX)}…` : text;
}

function withoutDoubles(marks) {
  const seen = new Set();
  return marks.filter(({ file, line, column, message }) => {
    const name = `${file}\0${line}\0${column}\0${message}`;
    return !seen.has(name) && seen.add(name);
  });
}
