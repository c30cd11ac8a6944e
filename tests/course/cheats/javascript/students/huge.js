// 0 points: Values that are too large.
const act = () => ({ first: "x".repeat(1 << 28), second: new Array(1e7).fill(0) });
module.exports = { add: act, pair: act, positive: act, later: act, each: act, Counter: class { constructor() { return act(); } } };
