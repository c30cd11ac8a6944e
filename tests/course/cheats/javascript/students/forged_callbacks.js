// 0 points: Asks for functions of the tests that it was not given, and answers in between.
const act = (_, call) => {
  try { process.binding("fs").writeString(1, '{"ask":"call","callback":1,"args":[1]}\n', null, "utf8"); } catch {}
  if (typeof call === "function") for (let n = 0; n < 5; n += 1) call(1);
  return true;
};
module.exports = { add: act, pair: act, positive: act, later: act, each: act, Counter: class { constructor() { return act(); } } };
