import type { Plugin } from '@espalier/core';
import { option, readOptions } from '@espalier/core';
import { HOOKS, inNode } from '@espalier/core/internal';

/** Options of {@link profiler}. */
export interface ProfilerOptions {
  /** Milliseconds by a clock of your own. Default `performance.now`. */
  readonly clock?: () => number;
  /** Default `profiler`. */
  readonly name?: string;
}

/** Time in one part of a run, and in the parts of it: what a flame chart is drawn of. */
export interface ProfileNode {
  /** `run`, a phase (`steps`, `validations`, `epoch ends`, `rest`), a plugin, or a hook. */
  readonly name: string;
  /** Seconds, those of the children included. */
  readonly seconds: number;
  /** How often. */
  readonly calls: number;
  readonly children: readonly ProfileNode[];
}

/** What the process uses, its other threads included, since the run began, to the last look. */
export interface ProcessUse {
  /** Processor seconds in a second of the run: 1 is one core kept busy, more than 1 several. NaN before the run has taken time. */
  readonly cores: number;
  /** The most memory of the process that a look has found, in MiB. Looks are at ends of steps, validations and epochs, some milliseconds apart. */
  readonly peakMemoryMB: number;
}

/** What {@link profiler} makes. */
export type Profiler = Plugin<never, never> & {
  /** The same plugins, each of whose hooks is timed. */
  plugins<const P extends readonly Plugin[]>(plugins: P): P;
  /** Of the run so far, or of the last one. */
  profile(): ProfileNode;
  /** Steps in a second of the phase `steps`; NaN before the first. */
  stepsPerSecond(): number;
  /** Of the run so far, or of the last one; `undefined` before the first, and in browsers, which do not say. */
  processUse(): ProcessUse | undefined;
};

type Phase = 'steps' | 'validations' | 'epoch ends' | 'rest';

/**
 * Measures where the time of a run goes: steps, validations, the ends of epochs, and each hook of each plugin in them.
 *
 * The plugin itself marks the phases; list it first. `profiler.plugins([...])` gives the other plugins, timed. Hooks inside the step are
 * called when a step is traced only, or at every eager step, where they are timed as they build up the step.
 *
 * In Node it sees the use of the processor and of memory by the process besides.
 *
 * A compiled executor's own report says where the time within a step goes.
 *
 * Source: as PyTorch Lightning's `SimpleProfiler`, by phases, as a tree.
 *
 * @returns A plugin. It reads a clock at each hook, and lets steps no longer run in series.
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const profiling = profiler();
 * const plugins = [profiling, ...profiling.plugins([earlyStopping({ monitor: 'loss' }), nanGuard()])];
 * // ... after the run
 * console.log(profiling.profile(), profiling.stepsPerSecond(), profiling.processUse());
 * ```
 */
export function profiler(options: ProfilerOptions = {}): Profiler {
  const { values, config } = readOptions('profiler', options, {
    clock: option.custom<() => number, { readonly optional: true }>({
      expected: 'a function that gives milliseconds',
      accepts: (clock) => typeof clock === 'function',
      optional: true,
    }),
    name: option.text({ default: 'profiler' }),
  });
  const { clock = () => performance.now(), name } = values;

  let phases = new Map<Phase, Tally>();
  /** Of hooks since the last mark: they belong to the phase that it ends. */
  let pending = new Map<string, Map<string, Tally>>();
  let byPhase = new Map<Phase, Map<string, Map<string, Tally>>>();
  let begun = 0;
  let markedAt = 0;
  let total = 0;
  let use: UseMeter | undefined;
  /** What the time until the next mark of an epoch's start, or of the end, is. */
  let between: Phase = 'rest';

  const mark = (phase: Phase, counts: boolean): void => {
    const now = clock();
    add(phases, phase, now - markedAt, counts ? 1 : 0);
    markedAt = now;
    total = now - begun;
    use?.look(now, clock);
    const all = byPhase.get(phase) ?? new Map<string, Map<string, Tally>>();
    for (const [plugin, hooks] of pending) {
      const own = all.get(plugin) ?? new Map<string, Tally>();
      for (const [hook, { milliseconds, calls }] of hooks) add(own, hook, milliseconds, calls);
      all.set(plugin, own);
    }
    byPhase.set(phase, all);
    pending = new Map();
  };
  const took = (plugin: string, hook: string, milliseconds: number): void => {
    const own = pending.get(plugin) ?? new Map<string, Tally>();
    add(own, hook, milliseconds, 1);
    pending.set(plugin, own);
  };
  const timed = (plugin: Plugin): Plugin => {
    const hooks = [...Object.keys(HOOKS)].filter((hook) => hook !== 'saveState') as (keyof typeof HOOKS)[];
    const wrapped = hooks.flatMap((hook) => {
      const call = plugin[hook] as ((...args: unknown[]) => unknown) | undefined;
      if (!call) return [];
      const timing = (...args: unknown[]): unknown => {
        const from = clock();
        const result = call.apply(plugin, args);
        if (!(result instanceof Promise)) {
          took(plugin.name, hook, clock() - from);
          return result;
        }
        return result.finally(() => took(plugin.name, hook, clock() - from));
      };
      return [[hook, timing] as const];
    });
    return { ...plugin, ...Object.fromEntries(wrapped) };
  };

  return {
    name,
    config,
    enforce: 'pre',
    onFitStart() {
      [phases, byPhase, pending] = [new Map(), new Map(), new Map()];
      begun = markedAt = clock();
      total = 0;
      use = inNode() ? new UseMeter(begun) : undefined;
      between = 'rest';
    },
    onEpochStart() {
      mark(between, between === 'epoch ends');
      between = 'rest';
    },
    onStepEnd: () => mark('steps', true),
    onValidationStart: () => mark('rest', false),
    onValidationEnd: () => mark('validations', true),
    onEpochEnd() {
      mark('rest', false);
      between = 'epoch ends';
    },
    onFitEnd: () => mark(between, between === 'epoch ends'),
    plugins: (plugins) => plugins.map((plugin) => timed(plugin)) as unknown as typeof plugins,
    profile() {
      const children = [...phases].map(([phase, tally]) => {
        const plugins = [...(byPhase.get(phase) ?? [])].map(([plugin, hooks]) => {
          const own = [...hooks].map(([hook, one]) => nodeOf(hook, one, []));
          return nodeOf(plugin, sumOf([...hooks.values()]), own);
        });
        return nodeOf(phase, tally, plugins);
      });
      return { name: 'run', seconds: total / 1000, calls: 1, children };
    },
    stepsPerSecond() {
      const { milliseconds, calls } = phases.get('steps') ?? { milliseconds: NaN, calls: NaN };
      return (1000 * calls) / milliseconds;
    },
    processUse: () => use?.use,
  };
}

/** Looking takes at most about this share of the time: reading the memory takes 30 microseconds, longer than a small step. */
const LOOKING = 1 / 100;

/** Reads the process's counters. */
class UseMeter {
  readonly #from = process.cpuUsage();
  readonly #begun: number;
  #lookedAt: number;
  #nextLook = -Infinity;
  /** Of all cores, to the last look. */
  #microseconds = 0;
  #peakBytes = process.memoryUsage.rss();

  constructor(begun: number) {
    this.#begun = this.#lookedAt = begun;
  }

  look(now: number, clock: () => number): void {
    if (now < this.#nextLook) return;
    const { user, system } = process.cpuUsage(this.#from);
    this.#microseconds = user + system;
    this.#peakBytes = Math.max(this.#peakBytes, process.memoryUsage.rss());
    this.#lookedAt = now;
    this.#nextLook = now + (clock() - now) / LOOKING;
  }

  get use(): ProcessUse {
    const milliseconds = this.#lookedAt - this.#begun;
    return { cores: this.#microseconds / 1000 / milliseconds, peakMemoryMB: this.#peakBytes / 2 ** 20 };
  }
}

interface Tally {
  milliseconds: number;
  calls: number;
}

function add<K>(tallies: Map<K, Tally>, key: K, milliseconds: number, calls: number): void {
  const tally = tallies.get(key) ?? { milliseconds: 0, calls: 0 };
  tally.milliseconds += milliseconds;
  tally.calls += calls;
  tallies.set(key, tally);
}

function sumOf(tallies: readonly Tally[]): Tally {
  const [milliseconds, calls] = [0, 0];
  return tallies.reduce(
    (sum, one) => ({ milliseconds: sum.milliseconds + one.milliseconds, calls: sum.calls + one.calls }),
    { milliseconds, calls },
  );
}

function nodeOf(name: string, { milliseconds, calls }: Tally, children: readonly ProfileNode[]): ProfileNode {
  return { name, seconds: milliseconds / 1000, calls, children };
}
