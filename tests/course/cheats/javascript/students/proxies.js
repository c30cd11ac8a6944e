// 0 points: One object that has every property, can be called, made and walked through.
const everything = new Proxy(function () {}, {
  get: (_, name) => (name === "then" ? undefined : name === Symbol.toPrimitive ? () => 5 : everything),
  has: () => true,
  ownKeys: () => ["prototype", "first", "second"],
  getOwnPropertyDescriptor: () => ({ value: everything, configurable: true, enumerable: true, writable: true }),
  getPrototypeOf: () => Object.prototype,
  set: () => true,
  apply: () => everything,
  construct: () => everything,
});
module.exports = everything;
