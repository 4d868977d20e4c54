import { EspalierError, isEspalierError } from '../errors.js';
import type { Plugin, PluginState } from './plugin.js';
import type { Checkpoint } from './checkpoint.js';
import type { HostArray } from '../data/arrays.js';
import { putGroup, takeGroup } from '../step/state.js';

/** The hooks that run between steps. */
export type ObservingHook =
  | 'onFitStart'
  | 'onEpochStart'
  | 'onStepEnd'
  | 'onValidationEnd'
  | 'onEpochEnd'
  | 'onCheckpoint'
  | 'onError'
  | 'onFitEnd';

type HookArguments<H extends ObservingHook> = Parameters<NonNullable<Plugin[H]>>;

const RANK = { pre: 0, normal: 1, post: 2 };

/** `pre` first, `post` last, list order within. */
export function orderPlugins(plugins: readonly Plugin[]): readonly Plugin[] {
  const seen = new Set<string>();
  for (const { name } of plugins) {
    if (typeof name !== 'string' || name === '') {
      throw new EspalierError({
        code: 'invalid-option',
        scope: 'plugins',
        message: `every plugin needs a name, got ${String(name)}.`,
      });
    }
    if (seen.has(name)) {
      throw new EspalierError({
        code: 'duplicate-name',
        scope: 'plugins',
        message: `two plugins are called '${name}'; give one of them another \`name\`.`,
      });
    }
    seen.add(name);
  }
  const rank = (plugin: Plugin): number => RANK[plugin.enforce ?? 'normal'];
  return [...plugins].sort((a, b) => rank(a) - rank(b));
}

/** Runs the observing hooks of plugins in order and says whose hook failed. */
export class PluginDriver {
  readonly plugins: readonly Plugin[];
  readonly #having = new Map<ObservingHook, readonly Plugin[]>();

  constructor(plugins: readonly Plugin[]) {
    this.plugins = orderPlugins(plugins);
  }

  /** Whether any plugin has the hook: callers skip what only a hook would need. */
  has(hook: ObservingHook): boolean {
    return this.#with(hook).length > 0;
  }

  /** Awaits the hook of each plugin in turn; the first error ends it. */
  async run<H extends ObservingHook>(hook: H, ...args: HookArguments<H>): Promise<void> {
    for (const plugin of this.#with(hook)) await runHook(plugin, hook, args);
  }

  /** Awaits the hook of one plugin, where it has it. */
  async runOne<H extends ObservingHook>(plugin: Plugin, hook: H, ...args: HookArguments<H>): Promise<void> {
    if (plugin[hook]) await runHook(plugin, hook, args);
  }

  /** Awaits the hook of every plugin, whatever fails on the way, and gives the errors. */
  async runAll<H extends ObservingHook>(hook: H, ...args: HookArguments<H>): Promise<unknown[]> {
    const errors: unknown[] = [];
    for (const plugin of this.#with(hook)) {
      await runHook(plugin, hook, args).catch((error: unknown) => errors.push(error));
    }
    return errors;
  }

  /** What every plugin saves: JSON by plugin name, arrays under `saved/<plugin>/`. */
  saveState(): { json: Record<string, unknown>; arrays: Record<string, HostArray> } {
    const json: Record<string, unknown> = {};
    const arrays: Record<string, HostArray> = {};
    for (const plugin of this.plugins) {
      const state = plugin.saveState?.();
      if (!state) continue;
      if (state.json !== undefined) json[plugin.name] = structuredClone(state.json);
      Object.assign(arrays, putGroup(`saved/${plugin.name}/`, state.arrays ?? {}));
    }
    return { json, arrays };
  }

  /** Gives every plugin its state back. A plugin that is new since the checkpoint starts afresh. */
  loadState(checkpoint: Checkpoint): void {
    for (const plugin of this.plugins) {
      const arrays = takeGroup(checkpoint.arrays, `saved/${plugin.name}/`);
      const json = checkpoint.plugins[plugin.name];
      if (json === undefined && Object.keys(arrays).length === 0) continue;
      const state: PluginState = { json, arrays };
      try {
        plugin.loadState?.(state);
      } catch (cause) {
        throw hookError(plugin, 'loadState', cause);
      }
    }
  }

  #with(hook: ObservingHook): readonly Plugin[] {
    let found = this.#having.get(hook);
    if (!found) this.#having.set(hook, (found = this.plugins.filter((plugin) => plugin[hook] !== undefined)));
    return found;
  }
}

async function runHook(plugin: Plugin, hook: ObservingHook, args: readonly unknown[]): Promise<void> {
  try {
    await (plugin[hook] as (...args: readonly unknown[]) => unknown).apply(plugin, args as unknown[]);
  } catch (cause) {
    throw hookError(plugin, hook, cause);
  }
}

function hookError(plugin: Plugin, hook: string, cause: unknown): EspalierError {
  const text = cause instanceof Error ? cause.message : String(cause);
  const reason = text.startsWith(`[${plugin.name}] `) ? text.slice(plugin.name.length + 3) : text;
  return new EspalierError({
    code: isEspalierError(cause) ? cause.code : 'hook-failed',
    scope: plugin.name,
    message: `${hook} failed: ${reason}`,
    cause,
  });
}
