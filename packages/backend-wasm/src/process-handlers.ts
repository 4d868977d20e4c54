type Listener = (...args: unknown[]) => void;
interface Emitter {
  listeners(event: string): Listener[];
  on(event: string, listener: Listener): unknown;
  removeListener(event: string, listener: Listener): unknown;
}

const events = ['uncaughtException', 'unhandledRejection'] as const;

// `function (ex) { if (!(ex instanceof ExitStatus)) { throw ex; } }` and `function (reason) { throw reason; }`,
// whatever the names in a minified build.
const rethrower =
  /^function\s*\((\w+)\)\s*\{\s*(?:if\s*\(!\(\1 instanceof \w+\)\)\s*\{?\s*)?throw \1;?\s*\}?\s*;?\s*\}$/;

const processEvents = (): Emitter | undefined => {
  const candidate = (globalThis as { process?: Partial<Emitter> }).process;
  return typeof candidate?.listeners === 'function' ? (candidate as Emitter) : undefined;
};

/**
 * Watches the process-wide error handlers while the wasm module starts.
 *
 * @returns a function that removes those that the module installed since: handlers that were there before, and others
 *   that somebody added meanwhile, stay.
 */
export function watchProcessHandlers(): () => void {
  const emitter = processEvents();
  if (!emitter) return () => undefined;
  const before = new Map(events.map((event) => [event, new Set(emitter.listeners(event))]));
  return () => {
    for (const event of events) {
      for (const listener of emitter.listeners(event)) {
        if (before.get(event)?.has(listener)) continue;
        if (rethrower.test(String(listener))) emitter.removeListener(event, listener);
      }
    }
  };
}

/**
 * Runs `work` and puts back the error handlers that it took away. Disposing of the wasm module removes every handler
 * that was there when it started, the program's own among them.
 */
export function keepingProcessHandlers(work: () => void): void {
  const emitter = processEvents();
  const before = events.map((event) => [event, emitter?.listeners(event) ?? []] as const);
  work();
  for (const [event, listeners] of before) {
    for (const listener of listeners) {
      if (!emitter!.listeners(event).includes(listener)) emitter!.on(event, listener);
    }
  }
}
