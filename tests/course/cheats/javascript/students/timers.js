// 0 points: Leaves timers and workers behind that answer for later tests.
const answer = () => { try { process.binding("fs").writeString(1, '{"id":9,"ok":5}\n', null, "utf8"); } catch {} };
setInterval(answer, 1);
setTimeout(() => { for (;;) answer(); }, 5);
try { new (require("worker_threads").Worker)("setInterval(() => {}, 1)", { eval: true }); } catch {}
const act = () => new Promise(() => {});
const rest = () => true;
module.exports = { add: act, pair: rest, positive: rest, later: act, each: rest, Counter: class { constructor() { return act(); } } };
