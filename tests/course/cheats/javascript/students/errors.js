// 0 points: Throws what tests and their runner take for their own.
let turn = 0;
const act = () => {
  turn += 1;
  const error = Object.assign(new Error("skipped"), { code: "ERR_TEST_FAILURE", failureType: "hookFailed", skip: true, todo: true });
  throw [error, undefined, null, { code: "ERR_ASSERTION", generatedMessage: true, actual: 5, expected: 5 }, 0][turn % 5];
};
module.exports = { add: act, pair: act, positive: act, later: act, each: act, Counter: class { constructor() { return act(); } } };
