// Two texts side by side: which lines both have, and which one alone. Pure.

const CELLS_MAX = 4_000_000;
const ROWS_MAX = 2000;

/**
 * Rows {left, right, same}: a line of each, null where a side has none; and how many rows were left out. Lines that
 * differ in blanks alone are the same, as the usual comparison has it.
 */
export function sideBySide(left, right, rowsMax = ROWS_MAX) {
  const [lefts, rights] = [linesOf(left), linesOf(right)];
  const rows = [...headOf(lefts, rights)];
  const head = rows.length;
  let tail = 0;
  while (tail < Math.min(lefts.length, rights.length) - head && same(lefts.at(-1 - tail), rights.at(-1 - tail))) tail += 1;
  const middle = [lefts.slice(head, lefts.length - tail), rights.slice(head, rights.length - tail)];
  rows.push(...differing(...middle));
  for (let at = tail; at > 0; at -= 1) rows.push({ left: lefts.at(-at), right: rights.at(-at), same: true });
  const first = rows.findIndex((row) => !row.same);
  const from = rows.length > rowsMax && first > rowsMax / 2 ? Math.min(first - 3, rows.length - rowsMax) : 0;
  const shown = rows.slice(from, from + rowsMax);
  return { rows: shown, before: from, after: rows.length - from - shown.length };
}

function linesOf(text) {
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

function same(one, other) {
  return one === other || words(one) === words(other);
}

function words(line) {
  return line.trim().replace(/\s+/g, " ");
}

function* headOf(lefts, rights) {
  for (let at = 0; at < Math.min(lefts.length, rights.length) && same(lefts[at], rights[at]); at += 1) {
    yield { left: lefts[at], right: rights[at], same: true };
  }
}

// The longest common subsequence where that is not too much work, else line by line.
function differing(lefts, rights) {
  const steps = lefts.length * rights.length > CELLS_MAX ? lineByLine(lefts, rights) : subsequence(lefts, rights);
  const rows = [];
  let waiting = { lefts: [], rights: [] };
  const settle = () => {
    for (let at = 0; at < Math.max(waiting.lefts.length, waiting.rights.length); at += 1) {
      rows.push({ left: waiting.lefts[at] ?? null, right: waiting.rights[at] ?? null, same: false });
    }
    waiting = { lefts: [], rights: [] };
  };
  for (const { left, right } of steps) {
    if (left !== null && right !== null) {
      settle();
      rows.push({ left, right, same: true });
    } else if (left !== null) waiting.lefts.push(left);
    else waiting.rights.push(right);
  }
  settle();
  return rows;
}

function* lineByLine(lefts, rights) {
  for (let at = 0; at < Math.max(lefts.length, rights.length); at += 1) {
    const [left, right] = [lefts[at] ?? null, rights[at] ?? null];
    if (left !== null && right !== null && same(left, right)) yield { left, right };
    else {
      if (left !== null) yield { left, right: null };
      if (right !== null) yield { left: null, right };
    }
  }
}

function subsequence(lefts, rights) {
  const [leftWords, rightWords] = [lefts.map(words), rights.map(words)];
  const width = rights.length + 1;
  const lengths = new Uint32Array((lefts.length + 1) * width);
  for (let i = lefts.length - 1; i >= 0; i -= 1) {
    for (let j = rights.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] =
        leftWords[i] === rightWords[j]
          ? lengths[(i + 1) * width + j + 1] + 1
          : Math.max(lengths[(i + 1) * width + j], lengths[i * width + j + 1]);
    }
  }
  const steps = [];
  let [i, j] = [0, 0];
  while (i < lefts.length && j < rights.length) {
    if (leftWords[i] === rightWords[j]) steps.push({ left: lefts[i++], right: rights[j++] });
    else if (lengths[(i + 1) * width + j] >= lengths[i * width + j + 1]) steps.push({ left: lefts[i++], right: null });
    else steps.push({ left: null, right: rights[j++] });
  }
  while (i < lefts.length) steps.push({ left: lefts[i++], right: null });
  while (j < rights.length) steps.push({ left: null, right: rights[j++] });
  return steps;
}
