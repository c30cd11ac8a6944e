// Text from outside made visible, as judge/text.py does: control and invisible characters stand as escapes.

const UNSHOWN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;

function escaped(letter) {
  const code = letter.codePointAt(0);
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, "0")}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, "0")}` : `\\U${code.toString(16).padStart(8, "0")}`;
}

// Lines and tabs stay; put the result into the page as textContent.
export function visible(text) {
  return text.replace(UNSHOWN, (letter) => (letter === "\n" || letter === "\t" ? letter : escaped(letter)));
}

// The same on one line, for names and messages.
export function visibleLine(text) {
  return text.replace(UNSHOWN, escaped);
}

// Whether a cut here goes through a character of two units.
export function isHalf(text, at) {
  return at > 0 && isBetween(text.charCodeAt(at - 1), 0xd800, 0xdbff) && isBetween(text.charCodeAt(at), 0xdc00, 0xdfff);
}

// At most the first units of a text, the last character whole.
export function beginning(text, unitsMax) {
  return text.slice(0, isHalf(text, unitsMax) ? unitsMax - 1 : unitsMax);
}

function isBetween(code, least, most) {
  return code >= least && code <= most;
}
