const { beforeEach, describe, it, test } = require("node:test");
const assert = require("node:assert/strict");
const { Account, InsufficientFunds, interest } = require("../bank");

describe("an account", () => {
  let account;

  beforeEach(() => {
    account = new Account("ann", 10);
  });

  it("begins with what is given", () => {
    assert.equal(account.balance, 10);
    assert.equal(account.owner, "ann");
  });

  it("takes deposits", () => {
    account.deposit(5);
    assert.equal(account.balance, 15);
    assert.deepEqual(account.history(), [{ kind: "deposit", amount: 5 }]);
  });

  it("refuses to give what is not there", () => {
    assert.throws(() => account.withdraw(11), InsufficientFunds);
    assert.throws(() => account.withdraw(11), { name: "InsufficientFunds", missing: 1 });
    assert.equal(account.balance, 10);
  });

  it("pays when asked", async () => {
    assert.equal(await account.pay(4), 6);
    await assert.rejects(account.pay(7), InsufficientFunds);
  });

  it("tells whoever listens", () => {
    const seen = [];
    account.onChange((balance) => seen.push(balance));
    account.deposit(1);
    account.withdraw(2);
    assert.deepEqual(seen, [11, 9]);
  });
});

test("interest is for whole years", () => {
  assert.equal(interest(100, 3), 103);
  assert.equal(interest(200, 10), 220);
  assert.ok(Number.isNaN(interest(100, undefined)));
});
