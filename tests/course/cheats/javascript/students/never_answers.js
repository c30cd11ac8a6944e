// 0 points: Computes for ever.
const act = () => { for (;;); };
const rest = () => true;
module.exports = { add: act, pair: rest, positive: rest, later: rest, each: rest, Counter: class { constructor() { return act(); } } };
