import { traceScope } from '../engine/trace-scope.js';
import { EspalierError, isEspalierError } from '../errors.js';
import type { ObservingHook } from './hooks.js';
import type { Plugin } from './plugin.js';

/** A promise where the hook gave one. Its errors, thrown or rejected, name plugin and hook. */
export function call(
  plugin: Plugin,
  hook: ObservingHook,
  args: readonly unknown[],
): Promise<void> | undefined {
  let result: unknown;
  try {
    result = (plugin[hook] as (...args: readonly unknown[]) => unknown).apply(plugin, args as unknown[]);
  } catch (cause) {
    throw hookError(plugin, hook, cause);
  }
  if (!isThenable(result)) return undefined;
  return Promise.resolve(result).then(
    () => undefined,
    (cause: unknown) => {
      throw hookError(plugin, hook, cause);
    },
  );
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | undefined)?.then === 'function';
}

/** Runs a synchronous hook; a tracer learns whose ops these are. */
export function inHook<T>(plugin: Plugin, hook: string, body: () => T): T {
  try {
    return traceScope(`plugin ${plugin.name}`, body);
  } catch (cause) {
    throw hookError(plugin, hook, cause);
  }
}

/** An error that names plugin and hook, once. */
export function hookError(plugin: Plugin, hook: string, cause: unknown): EspalierError {
  const text = cause instanceof Error ? cause.message : String(cause);
  const prefix = `[${plugin.name}] `;
  return new EspalierError({
    code: isEspalierError(cause) ? cause.code : 'hook-failed',
    scope: plugin.name,
    message: `${hook} failed: ${text.startsWith(prefix) ? text.slice(prefix.length) : text}`,
    cause,
  });
}
