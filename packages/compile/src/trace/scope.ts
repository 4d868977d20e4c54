const key = Symbol.for('espalier.trace.scope');
const slot = globalThis as { [key]?: string[] };

/**
 * Names everything that tfjs computes inside `body`, e.g. `layer hidden_1` or `penalty l2`, so that a traced graph can say
 * where a node came from. Scopes nest; outside a trace this costs two array operations.
 *
 * Code that should not import this package may push to and pop from the array at `globalThis[Symbol.for('espalier.trace.scope')]`,
 * which is there only while a step is traced.
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

/** The scopes that are open now, outermost first, as one line. */
export function currentScope(): string {
  return slot[key]?.join(' > ') ?? '';
}

/** Runs `body` with a scope stack in place. */
export function withScopes<T>(body: () => T): T {
  const outer = slot[key];
  slot[key] = [];
  try {
    return body();
  } finally {
    if (outer) slot[key] = outer;
    else delete slot[key];
  }
}

/** Runs `body` as if the scopes were those of `scope` alone. */
export function inScope<T>(scope: string, body: () => T): T {
  const outer = slot[key];
  slot[key] = scope === '' ? [] : [scope];
  try {
    return body();
  } finally {
    if (outer) slot[key] = outer;
  }
}
