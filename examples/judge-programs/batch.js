// A judge program in JavaScript: every test is run and compared. The protocol: docs/reference/judge-program-protocol.md.
const fs = require("node:fs");
const CALL_FD = 3;

function readExactly(size) {
  const data = Buffer.alloc(size);
  for (let at = 0; at < size; ) {
    const count = fs.readSync(CALL_FD, data, at, size - at, null);
    if (count === 0) process.exit(1); // the director is gone
    at += count;
  }
  return data;
}

// A call without an answer. `payload` holds the bytes that contents of the call are slices of.
function tell(call, fields = {}, payload = Buffer.alloc(0)) {
  const text = Buffer.from(JSON.stringify({ call, ...fields }));
  const head = Buffer.alloc(8);
  head.writeUInt32LE(text.length, 0);
  head.writeUInt32LE(payload.length, 4);
  const frame = Buffer.concat([head, text, payload]);
  for (let at = 0; at < frame.length; ) at += fs.writeSync(CALL_FD, frame, at);
}

// A call with an answer: its fields, and its payload as `bytes`.
function ask(call, fields = {}, payload = undefined) {
  tell(call, fields, payload);
  const head = readExactly(8);
  const answer = JSON.parse(readExactly(head.readUInt32LE(0)).toString());
  answer.bytes = readExactly(head.readUInt32LE(4));
  if (answer.answer === "refused") throw new Error(answer.message);
  return answer;
}

function judge() {
  const { tests } = ask("begin", { version: 1 });
  const program = ask("compile", { submission: 0 });
  if (!program.program) return ask("finish", { verdict: "CE", feedback: program.log });
  let good = 0;
  for (const test of tests) {
    const { run, stdout } = ask("run", { program: program.program, stdin: { handle: test.input.handle } });
    let verdict = run.verdict;
    if (!verdict) {
      const contents = { answer_data: { handle: test.answer.handle }, output: { handle: stdout.handle } };
      verdict = ask("compare", contents).same ? "AC" : "WA";
    }
    if (verdict === "AC") good += 1;
    tell("case", { name: test.name, verdict, run: run.number });
  }
  return ask("finish", { verdict: good === tests.length ? "AC" : "WA", score: good });
}

try {
  judge();
} catch (error) {
  const place = /:(\d+):\d+\)?$/m.exec(error.stack) ?? [];
  ask("fail", { message: String(error), at: Number(place[1] ?? 0), trace: error.stack });
}
