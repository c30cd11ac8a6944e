// What became of a run, in words and numbers.

import assert from "node:assert/strict";
import test from "node:test";

const { endOf, factsOf, faultOf, refusal, seconds, size } = await import(`${process.env.JUDGE_TEST_MODULES}/workbench/words.js`);

const KNOWN = new Set(["ended_cpu_limit", "ended_cancelled", "ended_memory_limit", "ended_output_limit", "ended_syscall_denied", "ended_wall_limit", "signal_segv"]);
const t = (name, values = {}) => [name, ...Object.values(values)].join(" ");
t.has = (name) => KNOWN.has(name);

test("how a run ended is said by its outcome", () => {
  const ends = [
    [{ outcome: "EXITED", exit_code: 0 }, "ended_well 0", "good"],
    [{ outcome: "EXITED", exit_code: 3 }, "ended_code 3", "bad"],
    [{ outcome: "SIGNALLED", signal: 11 }, "ended_signal_known SIGSEGV signal_segv", "bad"],
    [{ outcome: "SIGNALLED", signal: 64 }, "ended_signal 64", "bad"],
    [{ outcome: "CPU_LIMIT" }, "ended_cpu_limit ?", "bad"],
    [{ outcome: "SYSCALL_DENIED", syscall: "mount" }, "ended_syscall_denied mount", "bad"],
    [{ outcome: "CANCELLED" }, "ended_cancelled ?", "warn"],
    [{ outcome: "OF_A_LATER_VERSION" }, "ended_other OF_A_LATER_VERSION", "bad"],
  ];
  for (const [result, text, tone] of ends) assert.deepEqual(endOf(t, result), { text, tone });
});

test("what was allowed is said with its unit, and no English evidence", () => {
  const ends = [
    ["MEMORY_LIMIT", "1 process(es) killed at the memory limit of 268435456 bytes", "256 MiB"],
    ["MEMORY_LIMIT", "65536 bytes are too few to execute it in", "64 KiB"],
    ["OUTPUT_LIMIT", "stdout is over 1048576 bytes", "1 MiB"],
    ["CPU_LIMIT", "2.013 s of CPU, 2.000 s allowed", "2.00 s"],
    ["WALL_LIMIT", "9.100 s of real time without the 1.200 s in which the host gave it no processor, 9.000 s allowed", "9.00 s"],
  ];
  for (const [outcome, cause, limit] of ends) {
    assert.equal(endOf(t, { outcome, cause }).text, `ended_with_limit ended_${outcome.toLowerCase()} ? ${limit}`);
  }
  assert.equal(endOf(t, { outcome: "CPU_LIMIT", cause: "evidence of a later version" }).text, "ended_cpu_limit ?");
  assert.equal(endOf(t, { outcome: "CANCELLED", cause: "2.000 s allowed" }).text, "ended_cancelled ?");
});

test("a fault of the judge is never the program's", () => {
  assert.equal(faultOf(t, { blame: "judge", reason: "no disk" }).text, "fault_judge no disk");
  assert.equal(faultOf(t, { blame: "client", reason: "no blob" }).text, "fault_client no blob");
  assert.equal(faultOf(t, { blame: "program", compile: { ok: false } }).text, "does_not_compile");
  assert.equal(faultOf(t, { blame: "program", compile: { ok: true } }), null);
});

test("numbers are as precise as makes sense", () => {
  assert.deepEqual([0, 12_345_678, 2_500_000_000, 123e9].map(seconds), ["0.000 s", "0.012 s", "2.50 s", "123 s"]);
  assert.deepEqual([0, 512, 3 << 20, 5 * 2 ** 30].map(size), ["0 B", "512 B", "3 MiB", "5 GiB"]);
  assert.deepEqual(factsOf(t, { usage: { cpu_time_ns: 1e6 } })[0], ["fact_cpu", "0.001 s"]);
});

test("a refused request names the field", () => {
  assert.equal(refusal(t, new TypeError("no network")), "unreachable");
  const error = Object.assign(new Error("too large"), { problem: { errors: [{ pointer: "/stdin" }] } });
  assert.equal(refusal(t, error), "failed too large (/stdin)");
});
