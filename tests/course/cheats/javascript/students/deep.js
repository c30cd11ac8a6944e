// 0 points: Values without an end: nested, cyclic, endless.
const deep = {};
let at = deep;
for (let n = 0; n < 1e5; n += 1) at = at.first = {};
const act = () => deep;
module.exports = { add: act, pair: act, positive: act, later: act, each: act, Counter: class { get count() { return deep; } *[Symbol.iterator]() { for (;;) yield deep; } } };
