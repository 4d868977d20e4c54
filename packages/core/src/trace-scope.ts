const key = Symbol.for('espalier.trace.scope');
const slot = globalThis as { [key]?: string[] };

/**
 * Runs `body`; a tracer that is recording learns that its ops come from `name` (a layer, loss or plugin).
 *
 * While it records, a tracer keeps the stack of open scopes in the array at `globalThis[Symbol.for('espalier.trace.scope')]`.
 */
export function traceScope<T>(name: string, body: () => T): T {
  const stack = slot[key];
  if (!stack) return body();
  stack.push(name);
  try {
    return body();
  } finally {
    stack.pop();
  }
}

/** Whether a tracer is recording. */
traceScope.active = (): boolean => slot[key] !== undefined;
