"use strict";
// What stands for the student's module while tests are only counted: it may be used in any way, and does nothing.

function emptyModule() {
  const target = function () {};
  const nothing = new Proxy(target, {
    get(_, name) {
      if (name === "then") return undefined;
      if (name === Symbol.toPrimitive) return () => "";
      if (name === Symbol.iterator) return () => [][Symbol.iterator]();
      if (name === "prototype") return target.prototype;
      return nothing;
    },
    set: () => true,
    has: () => true,
    deleteProperty: () => true,
    apply: () => nothing,
    construct: () => nothing,
  });
  return nothing;
}

module.exports = { emptyModule };
