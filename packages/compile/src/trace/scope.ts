// The stack that `traceScope` of @espalier/core pushes to while a step is traced.
const key = Symbol.for('espalier.trace.scope');
const slot = globalThis as { [key]?: string[] };

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
