// 0 points: Values whose names reach prototypes where they are merged or assigned carelessly.
const act = () => {
  const evil = JSON.parse('{"__proto__": {"polluted": 1, "second": 9}, "constructor": {"prototype": {"polluted": 1}}}');
  return [evil, { constructor: { prototype: evil } }][Number(Math.random() < 0.5)];
};
module.exports = { add: act, pair: act, positive: act, later: act, each: act, Counter: class { constructor() { return act(); } } };
