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

/** The scopes that are open now, outermost first, as one line; empty outside all. */
export function currentScope(): string {
  return slot[key]?.join(' > ') ?? '';
}

/** Runs `body` with its scopes kept track of. */
export function withScopes<T>(body: () => T): T {
  if (slot[key]) return body();
  slot[key] = [];
  try {
    return body();
  } finally {
    delete slot[key];
  }
}

/** Runs `body` as if the open scopes were those of `scope` alone; outside all scopes it runs as it is. */
export function inScope<T>(scope: string, body: () => T): T {
  const outer = slot[key];
  if (!outer) return body();
  slot[key] = scope === '' ? [] : [scope];
  try {
    return body();
  } finally {
    slot[key] = outer;
  }
}
