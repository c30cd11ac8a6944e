// 0 points: Properties that count how often they were read.
let reads = 0;
const act = () => ({
  get first() { reads += 1; return reads; },
  get second() { reads += 1; return reads; },
  get count() { reads += 1; return String(reads); },
});
module.exports = { add: act, pair: act, positive: act, later: act, each: act, Counter: class { constructor() { return act(); } } };
