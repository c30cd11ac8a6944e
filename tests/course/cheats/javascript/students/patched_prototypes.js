// 0 points: Changes what objects, lists, strings and numbers do.
for (const type of [Object, Array, String, Number, Function, Map, Promise]) {
  for (const name of ["valueOf", "toString", "toJSON", "equals", "polluted"]) {
    try { Object.defineProperty(type.prototype, name, { value: () => true, configurable: true, writable: true }); } catch {}
  }
}
Object.prototype[Symbol.toPrimitive] = () => 5;
Array.prototype[Symbol.iterator] = function* () {};
const act = () => ({});
module.exports = { add: act, pair: act, positive: act, later: act, each: act, Counter: class { constructor() { return act(); } } };
