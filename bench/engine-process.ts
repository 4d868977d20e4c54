import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Milliseconds of a step. */
export interface Measured {
  readonly wall: number;
  readonly processor: number;
  /** What it ran on, where the engine says so. */
  readonly ran: string | undefined;
}

/**
 * An engine in a process of its own. It answers each line `{"steps": n}` on its standard input with one line
 * `{"ms": m, "cpu": c}`: milliseconds per step, over n steps, that passed and that it used of processors. It may say what it ran on:
 * `{"ran": text}`. The first line it writes is `{"ready": true}`.
 */
export class EngineProcess {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  }

  /** Starts it; `undefined`, with the reason on standard error, where it cannot be had. */
  static async start(command: string, args: readonly string[]): Promise<EngineProcess | undefined> {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    let errors = '';
    child.stderr!.on('data', (text: Buffer) => (errors += text.toString()));
    child.on('error', (error) => (errors += error.message));
    const engine = new EngineProcess(child);
    const answer = await engine.#answer();
    if (answer?.['ready']) return engine;
    engine.stop();
    console.error(`  not measured: ${String(answer?.['error'] ?? reasonIn(errors))}`);
    return undefined;
  }

  async measure(steps: number): Promise<Measured> {
    this.#child.stdin!.write(`${JSON.stringify({ steps })}\n`);
    const answer = await this.#answer();
    if (typeof answer?.['ms'] !== 'number') throw new Error(`the engine ended: ${JSON.stringify(answer)}`);
    return {
      wall: answer['ms'],
      processor: Number(answer['cpu']),
      ran: answer['ran'] === undefined ? undefined : String(answer['ran']),
    };
  }

  stop(): void {
    this.#child.kill();
  }

  async #answer(): Promise<Record<string, unknown> | undefined> {
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done) return undefined;
      // Libraries print banners; answers are JSON objects.
      if (typeof value === 'string' && value.startsWith('{'))
        return JSON.parse(value) as Record<string, unknown>;
    }
  }
}

/** The message of the error that ended a process: Node prints it before its stack and its version, Python after its own. */
function reasonIn(text: string): string {
  const lines = text.trim().split('\n');
  return lines.filter((line) => /^\w*Error\b/.test(line)).at(-1) ?? lines.at(-1) ?? '';
}
