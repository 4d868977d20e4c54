const key = Symbol.for('espalier.trace');

/** What a tracer puts on `globalThis` while it records: it runs `body` and marks every op in it with `name`. */
export type TraceScopeHook = <T>(name: string, body: () => T) => T;

/** Runs `body`; a tracer that is recording learns that its ops come from `name` (a layer, loss or plugin). */
export function traceScope<T>(name: string, body: () => T): T {
  const hook = (globalThis as { [key]?: TraceScopeHook })[key];
  return hook ? hook(name, body) : body();
}

/** Whether a tracer is recording. */
traceScope.active = (): boolean => key in globalThis;
