// What the module is asked to do, in Node and in a browser; returns what happened, as JSON.
// `told`: {key, package}.

export async function scenario({ connect, JudgeError }, address, told) {
  const sockets = [];
  class Kept extends WebSocket {
    constructor(...words) {
      super(...words);
      sockets.push(this);
    }
  }
  const judge = connect(address, { key: told.key, WebSocket: Kept });
  const happened = {};

  const languages = await judge.languages();
  happened.languages = languages.languages.some((one) => one.id === "python3");

  const run = await judge.run({ language: "python3", source: "print(input()[::-1])", stdin: "hello" });
  happened.run = run.report.runs[0].stdout.text;

  const tests = [
    { stdin: "1", expected: "2" },
    { stdin: "2", expected: "5" },
  ];
  const program = { language: "python3", source: "print(int(input()) * 2)" };
  happened.evaluation = (await judge.evaluate({ ...program, tests, stop_after: 0 })).status;

  const work = await judge.create("runs", { language: "python3", source: "print('live')", live: true });
  const types = [];
  let last = "";
  for await (const event of judge.events("runs", work.id)) {
    types.push(event.type);
    last = event.id;
  }
  happened.events = [types[0], types.includes("output"), types.at(-1)];
  const rest = [];
  for await (const event of judge.events("runs", work.id, { after: last })) rest.push(event);
  happened.rest = rest.length;

  happened.batch = await batch(judge);

  happened.problem = await judge.run({ language: "python3", source: 1 }).catch((error) => {
    return [error instanceof JudgeError, error.kind, error.problem.errors[0].pointer];
  });
  happened.missing = await judge.get("runs", "none").catch((error) => error.status);

  if (told.package) {
    const source = "print(sum(map(int, input().split())))";
    happened.submission = (await judge.submit({ package: told.package, language: "python3", source })).status;
  }

  happened.session = await session(judge, sockets);
  return happened;
}

async function batch(judge) {
  const run = (stdin) => ({ language: "python3", source: "print(int(input()) + 1)", stdin });
  const lines = [
    { custom_id: "a", run: run("1") },
    { custom_id: "b", evaluation: { language: "python3", source: "print(2)", tests: [{ expected: "2" }] } },
    { custom_id: "c", run: run(1) },
  ];
  const { id } = await judge.createBatch(lines);
  const again = await judge.createBatch(lines, { id });
  const found = {};
  for await (const { custom_id, work, problem } of judge.batchResults(id, { order: "input" })) {
    found[custom_id] = work ? work.report.runs?.[0].stdout.text ?? work.status : problem.errors[0].pointer;
  }
  const rest = [];
  for await (const { custom_id } of judge.batchResults(id, { order: "input", after: 1 })) rest.push(custom_id);
  const { state } = await judge.getBatch(id);
  const cancelled = await judge.cancelBatch(id);
  await judge.deleteBatch(id);
  const gone = await judge.getBatch(id).catch((error) => error.kind);
  return { known: again.received.known, found, rest, state, cancelled, gone };
}

async function session(judge, sockets) {
  const source = "import sys\nfor line in sys.stdin: print(line.strip().upper(), flush=True)\nprint('bye \\u20ac')\n";
  const live = await judge.openSession({ language: "python3", source, terminal: false });
  await live.send("one\n");
  let text = "";
  for await (const piece of live.output()) {
    text += piece.text;
    if (text === "ONE\n") {
      sockets.at(-1).close(4001); // it is reached again
      await live.send("two\n");
      live.endInput();
    }
  }
  const work = await live.result;
  return { text, end: work.report.end, lost: live.lostBytes, state: live.state, sockets: sockets.length };
}
