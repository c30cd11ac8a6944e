// The files of a program: frozen values, and what may be done with them. Pure.

export const FILES_MAX = 64;
const NAME_LETTERS_MAX = 255;

/** Why a file may not be called so: the name of a text, empty = it may. */
export function nameFault(program, name, besides = "") {
  if (!name.trim()) return "name_empty";
  if (name.length > NAME_LETTERS_MAX || /[\p{Cc}\p{Cf}\\]/u.test(name)) return "name_bad";
  const steps = name.split("/");
  if (steps.some((step) => step === "" || step === "." || step === "..")) return "name_bad";
  return program.files.some((file) => file.name === name && file.name !== besides) ? "name_taken" : "";
}

/** A program of one file. */
export function programOf(name, text) {
  return { files: [{ name, text }], active: name, main: "" };
}

/** The same with one file more, which is looked at. */
export function added(program, name, text = "") {
  return { ...program, files: [...program.files, { name, text }], active: name };
}

/** Without a file. The last one stays. */
export function removed(program, name) {
  const at = program.files.findIndex((file) => file.name === name);
  const files = program.files.filter((file) => file.name !== name);
  if (at < 0 || !files.length) return program;
  const active = program.active === name ? files[Math.min(at, files.length - 1)].name : program.active;
  return { files, active, main: program.main === name ? "" : program.main };
}

/** With a file under another name. */
export function renamed(program, from, to) {
  const files = program.files.map((file) => (file.name === from ? { ...file, name: to } : file));
  const same = (name) => (name === from ? to : name);
  return { files, active: same(program.active), main: same(program.main) };
}

/** With another text in a file. */
export function written(program, name, text) {
  return { ...program, files: program.files.map((file) => (file.name === name ? { ...file, text } : file)) };
}

/** A name that no file has yet. */
export function freeName(program, extension) {
  const suffix = extension ? `.${extension}` : "";
  for (let number = 1; ; number += 1) {
    const name = `file${number}${suffix}`;
    if (!nameFault(program, name)) return name;
  }
}

/** How a request for work says it. */
export function asSources(program) {
  const sources = program.files.map(({ name, text }) => ({ name, text }));
  return program.main ? { sources, main: program.main } : { sources };
}

/** Arguments as a shell would split them, without anything else that a shell does. */
export function argumentsIn(line) {
  const found = [];
  let word = null;
  let quote = "";
  for (let at = 0; at < line.length; at += 1) {
    const letter = line[at];
    if (quote) {
      if (letter === quote) quote = "";
      else if (letter === "\\" && quote === '"' && '"\\'.includes(line[at + 1] ?? " ")) word += line[(at += 1)];
      else word += letter;
    } else if (letter === "'" || letter === '"') {
      quote = letter;
      word ??= "";
    } else if (letter === "\\" && at + 1 < line.length) word = (word ?? "") + line[(at += 1)];
    else if (/\s/.test(letter)) {
      if (word !== null) found.push(word);
      word = null;
    } else word = (word ?? "") + letter;
  }
  if (word !== null) found.push(word);
  return found;
}

/** The other way round. */
export function argumentLine(words) {
  const plain = (word) => /^[\w@%+=:,./-]+$/.test(word);
  return words.map((word) => (plain(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(" ");
}
