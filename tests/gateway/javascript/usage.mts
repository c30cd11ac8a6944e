// What a page in TypeScript writes; a test has it checked against the types of the module. Not run.
import { connect, JudgeError, type BatchLine, type Work } from "../../../judge/gateway/static/judge.mjs";

const judge = connect("https://judge.example.org", { key: "jk_..." });

export async function usage(signal: AbortSignal): Promise<string[]> {
  const done: Work = await judge.run({ language: "python3", source: "print(1)", limits: { cpu_time_ns: 1e9 } }, { signal });
  const told: string[] = [done.report?.runs?.[0].stdout.text ?? done.status];
  await judge.evaluate({ source: "print(1)", tests: [{ expected: "1" }, { call_arguments: { text: "[1]" } }] });
  await judge.submit({ package: "sum", sources: [{ name: "a.py", text: "print(1)" }] });
  for await (const event of judge.events("runs", done.id, { after: "0" })) told.push(event.type);

  const lines: BatchLine[] = [{ custom_id: "a", run: { argv: ["/bin/true"], stdin: { blob: "sha256:..." } } }];
  const batch = await judge.createBatch(lines, { id: "mine" });
  for await (const result of judge.batchResults(batch.id, { order: "input" })) {
    told.push(result.problem?.detail ?? result.work?.status ?? result.state);
  }

  const session = await judge.openSession({ language: "python3", rows: 24, columns: 80 });
  await session.send("print(6 * 7)\n");
  session.endInput();
  for await (const piece of session.output()) told.push(`${piece.stream}: ${piece.text}`);
  told.push((await session.result).state);

  // @ts-expect-error there is no such kind of work
  await judge.cancel("jobs", done.id);
  // @ts-expect-error a program is a text
  await judge.run({ source: 1 });
  return told;
}

export function explained(error: unknown): string {
  return error instanceof JudgeError ? `${error.status} ${error.kind} ${error.problem?.errors[0]?.pointer ?? ""}` : "";
}
