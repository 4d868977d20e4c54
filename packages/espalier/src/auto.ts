import * as tf from '@tensorflow/tfjs-core';
import { wasm } from '@espalier/backend-wasm';
import { compiled, type CompiledOptions } from '@espalier/compile';
import {
  eager,
  type Executor,
  type ExecutorSession,
  isEspalierError,
  type StepProgram,
  useBackend,
} from '@espalier/core';

/**
 * The best executor present: compiled steps where every op has a compiled form, else eager ones. A run that cannot be compiled says why, once, in its record's events and on the console.
 *
 * Without an active TensorFlow.js backend, `wasm` is started for the eager steps.
 *
 * @param options Of the compiled executor.
 * @example
 * ```ts
 * const trainer = new Trainer({ model, loss, optimizer, executor: auto({ threads: 2 }) });
 * ```
 */
export function auto(options: CompiledOptions = {}): Executor {
  const fast = compiled(options);
  const warned = new Set<string>();
  const warnOnce = (line: string): void => {
    if (!warned.has(line)) console.warn(line);
    warned.add(line);
  };
  return {
    name: 'auto',
    async start(program, state) {
      const availability = await fast.isAvailable!();
      if (!availability.available) {
        const { reason, fix } = availability;
        const why = `compiled ones cannot start: ${reason}. To fix it: ${fix}.`;
        warnOnce(`espalier: steps run eagerly, ${why}`);
        return withNote(await startEager(program, state), `runs eagerly, ${why}`);
      }
      return new FallingBack(program, await fast.start(program, state), warnOnce);
    },
  };
}

async function startEager(...[program, state]: Parameters<Executor['start']>): Promise<ExecutorSession> {
  if (!tf.getBackend()) await useBackend(wasm());
  return eager().start(program, state);
}

/** The session, with something to say in the run's record. */
function withNote(session: ExecutorSession, note: string): ExecutorSession {
  const notes = [note];
  const own = session.takeNotes?.bind(session);
  return Object.assign(session, { takeNotes: () => [...notes.splice(0), ...(own?.() ?? [])] });
}

/** A compiled session that goes on eagerly once something in the step has no compiled form. */
class FallingBack implements ExecutorSession {
  readonly #program: StepProgram;
  readonly #warn: (line: string) => void;
  #session: ExecutorSession;
  #notes: string[] = [];

  constructor(program: StepProgram, session: ExecutorSession, warn: (line: string) => void) {
    this.#program = program;
    this.#session = session;
    this.#warn = warn;
  }

  get name(): string {
    return this.#session.name;
  }

  train(...args: Parameters<ExecutorSession['train']>) {
    return this.#try((session) => session.train(...args));
  }

  accumulate(...args: Parameters<ExecutorSession['accumulate']>) {
    return this.#try((session) => session.accumulate(...args));
  }

  evaluateWithOutputs(...args: Parameters<ExecutorSession['evaluateWithOutputs']>) {
    return this.#try((session) => session.evaluateWithOutputs(...args));
  }

  evaluate(...args: Parameters<ExecutorSession['evaluate']>) {
    return this.#try((session) => session.evaluate(...args));
  }

  penalties(...args: Parameters<ExecutorSession['penalties']>) {
    return this.#try((session) => session.penalties(...args));
  }

  predict(...args: Parameters<ExecutorSession['predict']>) {
    return this.#try((session) => session.predict(...args));
  }

  readState(prefix?: string) {
    return this.#session.readState(prefix);
  }

  writeState(...args: Parameters<ExecutorSession['writeState']>) {
    return this.#session.writeState(...args);
  }

  takeNotes(): string[] {
    return [...(this.#session.takeNotes?.() ?? []), ...this.#notes.splice(0)];
  }

  dispose(): void {
    this.#session.dispose();
  }

  async #try<T>(run: (session: ExecutorSession) => T | Promise<T>): Promise<T> {
    try {
      return await run(this.#session);
    } catch (error) {
      if (!isEspalierError(error) || error.code !== 'unsupported-op') throw error;
      const compiledSession = this.#session;
      this.#session = await startEager(this.#program, await compiledSession.readState());
      compiledSession.dispose();
      this.#notes.push(`runs eagerly: ${error.message}`);
      this.#warn(`espalier: steps run eagerly. ${error.message}`);
      return run(this.#session);
    }
  }
}
