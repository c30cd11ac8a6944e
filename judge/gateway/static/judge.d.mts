/** Types of judge.mjs. The bodies of requests and answers are described at /docs of every gateway. */

export type Kind = "runs" | "evaluations" | "groups" | "submissions";

export interface ConnectOptions {
  /** `jk_ID_SECRET`. Whoever sees the page sees it: a page for everybody has none. */
  key?: string;
  /** Sent with every request. */
  headers?: Record<string, string>;
  fetch?: typeof globalThis.fetch;
  WebSocket?: typeof globalThis.WebSocket;
  /** How long what may pass (no network, a full queue) is tried again. */
  patienceMs?: number;
  /** Whether cookies go along, as fetch has it; "omit" when nothing is said. */
  credentials?: "omit" | "same-origin" | "include";
}

export interface AskOptions {
  signal?: AbortSignal;
}

export interface CreateOptions extends AskOptions {
  /** The same key with the same body is the same work; a fresh one without it. */
  idempotencyKey?: string;
}

/** Bytes that come along: a text, or one of three forms. */
export type Given = string | { text: string } | { base64: string } | { blob: string };

export interface GivenFile {
  name: string;
  content?: Given;
  executable?: boolean;
}

export interface GivenSource {
  name: string;
  text?: string;
  base64?: string;
  /** Not for submissions. */
  blob?: string;
}

/** What a run may use; what is not said is the service's usual. */
export interface Limits {
  cpu_time_ns?: number;
  wall_time_ns?: number;
  idle_time_ns?: number;
  memory_bytes?: number;
  stdout_bytes?: number;
  stderr_bytes?: number;
  processes?: number;
  [name: string]: unknown;
}

export interface Asking {
  id?: string;
  priority_class?: string;
  tags?: string[];
  context?: { sender?: string; text?: string };
}

export interface Programmed extends Asking {
  language?: string;
  source?: string;
  sources?: GivenSource[];
  main?: string;
  compiler_arguments?: string[];
  archive?: Given;
}

export interface RunRequest extends Programmed {
  argv?: string[];
  arguments?: string[];
  environment?: Record<string, string>;
  stdin?: Given;
  files?: GivenFile[];
  limits?: Limits;
  compile_limits?: Limits;
  repeats?: number;
  merge_stderr?: boolean;
  pieces?: boolean;
  keep?: string[];
  live?: boolean;
  reuse?: boolean;
  unchecked?: boolean;
}

export interface GivenTest {
  name?: string;
  stdin?: Given;
  expected?: Given;
  arguments?: string[];
  files?: GivenFile[];
  weight?: number;
  call_arguments?: Given;
}

export interface EvaluationRequest extends Programmed {
  tests?: GivenTest[];
  test_set?: string;
  comparison?: Record<string, unknown>;
  stop_after?: number;
  limits?: Limits;
  compile_limits?: Limits;
  repeat_near_limit?: boolean;
  reuse?: boolean;
}

export interface GroupRequest extends Asking {
  commands: {
    argv: string[];
    language?: string;
    environment?: Record<string, string>;
    files?: GivenFile[];
    stdin?: Given;
    limits?: Limits;
    compiling?: boolean;
    merge_stderr?: boolean;
    keep?: string[];
  }[];
  pipes?: Record<string, unknown>[];
}

/** A line of a batch: one of the three, without an id. */
export interface BatchLine {
  /** What you call it: the same within a batch is the same line. */
  custom_id: string;
  run?: RunRequest;
  evaluation?: EvaluationRequest;
  group?: GroupRequest;
}

export interface Batch {
  id: string;
  state: "receiving" | "running" | "cancelling" | "done" | "cancelled";
  lines: number;
  waiting: number;
  running: number;
  done: number;
  refused: number;
  withdrawn: number;
  received: { lines: number; new: number; known: number; refused: number } | null;
  [name: string]: unknown;
}

export interface BatchResult {
  /** Go on behind it with `after`. */
  position: number;
  custom_id: string;
  state: "done" | "refused" | "withdrawn";
  work: Work | null;
  problem: Problem | null;
}

export interface SubmissionRequest extends Programmed {
  package: string;
}

export interface SessionRequest extends Programmed {
  argv?: string[];
  arguments?: string[];
  environment?: Record<string, string>;
  files?: GivenFile[];
  limits?: Limits;
  compile_limits?: Limits;
  terminal?: boolean;
  rows?: number;
  columns?: number;
  grace_ns?: number;
  keep?: string[];
}

export type State = "queued" | "running" | "done" | "cancelled";

export interface OutputForm {
  text: string;
  base64: string;
  blob: string;
  size_bytes: number;
  truncated: boolean;
}

export interface RunForm {
  result: Record<string, any>;
  stdout: OutputForm;
  stderr: OutputForm;
  files: { name: string; size_bytes: number; blob: string }[];
  [name: string]: unknown;
}

/** The report of work that is no submission; which fields there are depends on `kind`. */
export interface ReportForm {
  kind: "execution" | "evaluation" | "group" | "session" | "verification";
  runs?: RunForm[];
  commands?: RunForm[];
  [name: string]: any;
}

/** Work: `report` when it is done, of a submission `judging`. */
export interface Work {
  id: string;
  kind: string;
  state: State;
  status: string;
  language: string;
  report: ReportForm | null;
  judging: Record<string, any> | null;
  [name: string]: unknown;
}

/** A problem as RFC 9457 has it. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  request_id: string;
  errors: { detail: string; pointer: string; parameter: string }[];
}

export interface JudgeEvent {
  /** Go on behind it with `after`. */
  id: string;
  type: string;
  data: any;
}

export interface Ticket {
  ticket: string;
  path?: string;
}

export interface JoinOptions extends AskOptions {
  /** Makes a ticket each time that the session is reached; without it this page's key asks for them. */
  ticket?: (id: string) => Promise<Ticket>;
  /** Output before it is here already. */
  offset?: number;
}

export interface Output {
  /** 1 = standard output or the terminal, 2 = standard error. */
  stream: 1 | 2;
  offset: number;
  bytes: Uint8Array;
  /** Letters that are split over two pieces come with the second. */
  text: string;
}

export declare class JudgeError extends Error {
  readonly status: number;
  readonly problem: Problem | null;
  /** The problem's name, as "queue-full". */
  get kind(): string;
}

export declare function connect(address?: string, options?: ConnectOptions): Judge;

export declare class Judge {
  constructor(address: string, options?: ConnectOptions);
  languages(options?: AskOptions): Promise<{ languages: Record<string, any>[]; limits: Record<string, number> }>;
  run(request: RunRequest, options?: CreateOptions): Promise<Work>;
  evaluate(request: EvaluationRequest, options?: CreateOptions): Promise<Work>;
  submit(request: SubmissionRequest, options?: CreateOptions): Promise<Work>;
  create(kind: Kind | "sessions", request: object, options?: CreateOptions): Promise<Work>;
  get(kind: Kind | "sessions" | "verifications", id: string, options?: AskOptions & { wait?: number }): Promise<Work>;
  cancel(kind: Kind | "sessions" | "verifications", id: string, options?: AskOptions): Promise<boolean>;
  events(
    kind: Kind | "sessions" | "verifications",
    id: string,
    options?: AskOptions & { after?: string },
  ): AsyncGenerator<JudgeEvent>;
  createBatch(lines: Iterable<BatchLine>, options?: AskOptions & { id?: string }): Promise<Batch>;
  getBatch(id: string, options?: AskOptions): Promise<Batch>;
  cancelBatch(id: string, options?: AskOptions): Promise<boolean>;
  deleteBatch(id: string, options?: AskOptions): Promise<null>;
  batchResults(
    id: string,
    options?: AskOptions & { order?: "completion" | "input"; after?: number },
  ): AsyncGenerator<BatchResult>;
  openSession(request: SessionRequest, options?: CreateOptions & JoinOptions): Promise<Session>;
  joinSession(id: string, options?: JoinOptions): Session;
  request(
    method: string,
    path: string,
    options?: AskOptions & { body?: unknown; idempotencyKey?: string },
  ): Promise<any>;
}

export declare class Session {
  private constructor(options: object);
  readonly id: string;
  readonly state: State;
  /** Output up to here was read. */
  readonly offset: number;
  /** Output that was gone before it could be read. */
  readonly lostBytes: number;
  /** Another client has typed into it, too: what both typed at once stands behind each other. */
  readonly shared: boolean;
  /** The work with its report, when the session is over. */
  readonly result: Promise<Work>;
  output(): AsyncIterable<Output>;
  send(input: string | ArrayLike<number> | ArrayBuffer): Promise<void>;
  endInput(): void;
  resize(rows: number, columns: number): void;
  signal(name: string): void;
  end(): Promise<void>;
  leave(): void;
}
