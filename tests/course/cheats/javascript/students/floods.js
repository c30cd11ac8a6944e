// 0 points: Prints more than anybody reads.
const act = () => {
  for (let n = 0; n < 500; n += 1) { console.log("ok ".repeat(1000)); process.stderr.write("not ok\n".repeat(100)); }
  return true;
};
module.exports = { add: act, pair: act, positive: act, later: act, each: act, Counter: class { constructor() { return act(); } } };
