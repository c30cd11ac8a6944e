// 0 points: Waits for ever without computing.
const act = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
const rest = () => true;
module.exports = { add: act, pair: rest, positive: rest, later: rest, each: rest, Counter: class { constructor() { return act(); } } };
