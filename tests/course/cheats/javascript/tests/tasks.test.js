const { describe, it } = require("node:test");
const assert = require("node:assert");
const tasks = require("../tasks");

describe("tasks", () => {
  it("adds", () => {
    const sum = tasks.add(2, 3);
    assert.equal({}.polluted, undefined);
    assert.equal([].polluted, undefined);
    assert.equal(sum, 5);
    assert.equal(tasks.add(40, 2), 42);
  });

  it("makes pairs", () => {
    assert.deepEqual(tasks.pair(1, 2), { first: 1, second: 2 });
    assert.deepEqual(tasks.pair("a", null), { first: "a", second: null });
  });

  it("refuses what is below zero", () => {
    assert.equal(tasks.positive(3), 3);
    assert.throws(() => tasks.positive(-1));
  });

  it("counts", () => {
    const counter = new tasks.Counter(7);
    assert.ok(counter.count === 7);
    assert.deepStrictEqual([...counter], [1, 2, 3, 4, 5, 6, 7]);
    assert.ok(counter instanceof tasks.Counter);
  });

  it("waits and calls back", async () => {
    const seen = [];
    tasks.each([1, 2], (value) => seen.push(value));
    assert.deepEqual(seen, [1, 2]);
    assert.equal(await tasks.later("word"), "drow");
  });
});
