// 0 points: Starts processes that go on and hold the streams.
const { spawn } = require("child_process");
for (let n = 0; n < 3; n += 1) {
  try { spawn(process.execPath, ["-e", "setInterval(() => console.log('ok'), 10)"], { detached: true, stdio: "inherit" }).unref(); } catch {}
}
const act = () => process.exit(0);
module.exports = { add: act, pair: act, positive: act, later: act, each: act, Counter: class { constructor() { return act(); } } };
