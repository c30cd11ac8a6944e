// 0 points: Promises for ever, and keeps its event loop busy.
setInterval(() => {}, 1);
const act = async () => new Promise(() => {});
const rest = () => true;
module.exports = { add: act, pair: rest, positive: rest, later: act, each: rest, Counter: class { constructor() { return act(); } } };
