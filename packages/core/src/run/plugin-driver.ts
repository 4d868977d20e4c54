import type * as tf from '@tensorflow/tfjs-core';
import type { HostArray, HostArrays, Tensors } from '../data/arrays.js';
import { PLUGINS, putGroup, takeGroup } from '../step/state.js';
import { scopedStep, type StepContext } from '../step/step-context.js';
import type { LayerInfo } from '../model/observe-layers.js';
import { call, hookError, inHook } from './call-hook.js';
import type { Checkpoint } from './checkpoint.js';
import type { ObservingHook, StepHook } from './hooks.js';
import { checkPenalty, checkTransformed } from './hook-results.js';
import type { Observed } from './observed.js';
import { orderPlugins } from './order-plugins.js';
import type { Batch, ForwardPass, Plugin, PluginState, ProposedStep, StepOutcome } from './plugin.js';
import type { Configured, RunStatus } from './record.js';
import type { Run } from './run.js';

type HookArguments<H extends ObservingHook> = Parameters<NonNullable<Plugin[H]>>;
type Having<K extends keyof Plugin> = Plugin & Required<Pick<Plugin, K>>;

/**
 * Runs the hooks of plugins, in order, for whoever drives a run: the trainer, a loop of the user's own, `model.fit`,
 * another thread. `hooks.ts` is the table of hooks. What goes wrong names plugin and hook, once.
 */
export class PluginDriver {
  readonly plugins: readonly Plugin[];
  readonly #having = new Map<keyof Plugin, readonly Plugin[]>();

  constructor(plugins: readonly Plugin[]) {
    this.plugins = orderPlugins(plugins);
  }

  /** The names that plugins log. */
  get logs(): string[] {
    return this.plugins.flatMap(({ logs = [] }) => logs as readonly string[]);
  }

  /** Whether any plugin has the hook: callers skip what only a hook would need. */
  has(hook: keyof Plugin): boolean {
    return this.with(hook).length > 0;
  }

  /** The plugins that have the hook, in order. */
  with<K extends keyof Plugin>(hook: K): readonly Having<K>[] {
    let found = this.#having.get(hook);
    if (!found) this.#having.set(hook, (found = this.plugins.filter((plugin) => plugin[hook] !== undefined)));
    return found as readonly Having<K>[];
  }

  /** Calls the hook of each plugin in turn, awaiting those that take time; the first error ends it. */
  observe<H extends ObservingHook>(hook: H, ...args: HookArguments<H>): void | Promise<void> {
    const plugins = this.with(hook);
    for (let i = 0; i < plugins.length; i++) {
      const pending = call(plugins[i]!, hook, args);
      // A step has no time for a promise that nobody needs.
      if (pending) return pending.then(() => this.#observeRest(hook, plugins.slice(i + 1), args));
    }
  }

  async #observeRest<H extends ObservingHook>(
    hook: H,
    plugins: readonly Plugin[],
    args: HookArguments<H>,
  ): Promise<void> {
    for (const plugin of plugins) await call(plugin, hook, args);
  }

  /** `onFitStart`, each with what it had saved. */
  async fitStart(run: Run, saved: Checkpoint | undefined): Promise<void> {
    for (const plugin of this.with('onFitStart')) {
      await call(plugin, 'onFitStart', [run, saved && savedOf(plugin, saved)]);
    }
  }

  /** `onEpochEnd` of each plugin in turn, with the logs as those before it left them. */
  async epochEnd(run: Run, logs: () => Readonly<Record<string, number>>, after: () => void): Promise<void> {
    for (const plugin of this.with('onEpochEnd')) {
      await call(plugin, 'onEpochEnd', [run, logs()]);
      after();
    }
  }

  /** Awaits the hook of every plugin, whatever fails on the way, and gives the errors. */
  async observeAll<H extends ObservingHook>(hook: H, ...args: HookArguments<H>): Promise<unknown[]> {
    const errors: unknown[] = [];
    for (const plugin of this.with(hook)) {
      try {
        await call(plugin, hook, args);
      } catch (error) {
        errors.push(error);
      }
    }
    return errors;
  }

  /** The weights that the run is to end with, where a plugin has any, and whose others are given up for them. */
  async finalWeights(
    run: Run,
    status: RunStatus,
  ): Promise<{ readonly weights?: HostArrays; readonly givenUp?: string }> {
    let last: { readonly weights: HostArrays; readonly of: string } | undefined;
    const others: string[] = [];
    for (const plugin of this.with('finalWeights')) {
      try {
        const weights = await plugin.finalWeights(run, status);
        if (!weights) continue;
        if (last) others.push(last.of);
        last = { weights, of: plugin.name };
      } catch (cause) {
        throw hookError(plugin, 'finalWeights', cause);
      }
    }
    if (!last) return {};
    if (others.length === 0) return { weights: last.weights };
    const givenUp =
      `the run ends with the weights of '${last.of}', the last plugin in the list that has any; ` +
      `those of '${others.join("', '")}' are given up. Let the one whose weights you want come last.`;
    return { weights: last.weights, givenUp };
  }

  /** What every plugin saves: JSON by plugin name, arrays under `saved/<plugin>/`. */
  saveState(): { json: Record<string, unknown>; arrays: Record<string, HostArray> } {
    const json: Record<string, unknown> = {};
    const arrays: Record<string, HostArray> = {};
    for (const plugin of this.with('saveState')) {
      const state = inHook(plugin, 'saveState', () => plugin.saveState());
      if (state.json !== undefined) json[plugin.name] = structuredClone(state.json);
      Object.assign(arrays, putGroup(`saved/${plugin.name}/`, state.arrays ?? {}));
    }
    return { json, arrays };
  }

  /** Names and options of the plugins, for records. */
  configs(): Configured[] {
    return this.plugins.map(({ name, config }) => (config === undefined ? { name } : { name, config }));
  }

  transformBatch(batch: Batch, step: StepContext): Batch {
    return this.#reduce('transformBatch', batch, step, (plugin, now, own) => plugin.transformBatch(now, own));
  }

  /** The penalty of each plugin that has one, by its name. */
  penalties(parameters: Tensors, step: StepContext): Record<string, tf.Scalar> {
    const terms: Record<string, tf.Scalar> = {};
    for (const plugin of this.with('penalty')) {
      const term = inHook(plugin, 'penalty', () => plugin.penalty(parameters, scopedStep(step, plugin)));
      checkPenalty(plugin.name, term);
      terms[plugin.name] = term;
    }
    return terms;
  }

  /** The term that each plugin has of what the model gave for a batch, by its name. */
  outputPenalties(
    pass: Omit<ForwardPass, 'state' | 'forward'>,
    state: Tensors,
    step: StepContext,
    forward: (inputs: Tensors, parameters: Tensors, step: StepContext) => Tensors,
  ): Record<string, tf.Scalar> {
    const terms: Record<string, tf.Scalar> = {};
    for (const plugin of this.with('penalizeOutputs')) {
      const own = scopedStep(step, plugin);
      const term = inHook(plugin, 'penalizeOutputs', () =>
        plugin.penalizeOutputs(
          {
            ...pass,
            state: ownState(plugin, state),
            forward: (inputs, parameters) => forward(inputs, parameters, own),
          },
          own,
        ),
      );
      checkPenalty(plugin.name, term, 'penalizeOutputs');
      terms[plugin.name] = term;
    }
    return terms;
  }

  /** @param state The whole state of the step. */
  weighLosses(
    losses: Readonly<Record<string, tf.Scalar>>,
    state: Tensors,
    step: StepContext,
  ): Readonly<Record<string, tf.Scalar>> {
    return this.#reduce('weighLosses', losses, step, (plugin, now, own) =>
      plugin.weighLosses(now, ownState(plugin, state), own),
    );
  }

  perturbParameters(parameters: Tensors, gradients: Tensors, step: StepContext): Tensors {
    return this.#reduce('perturbParameters', parameters, step, (plugin, now, own) => {
      const moved = plugin.perturbParameters(now, gradients, own);
      checkTransformed(plugin.name, 'perturbParameters', moved, parameters, true);
      return moved;
    });
  }

  /** The parameters that plugins bring, under the names of a step's state. */
  ownParameters(): HostArrays {
    return Object.assign(
      {},
      ...this.with('parameters').map((plugin) => putGroup(stateOf(plugin), plugin.parameters)),
    ) as HostArrays;
  }

  /** @param state The whole state of the step, before it. */
  transformGradients(gradients: Tensors, parameters: Tensors, step: StepContext, state: Tensors): Tensors {
    return this.#reduce('transformGradients', gradients, step, (plugin, now, own) => {
      const result = plugin.transformGradients({ ...now }, parameters, own, ownState(plugin, state));
      checkTransformed(plugin.name, 'transformGradients', result, parameters, false);
      return result;
    });
  }

  /** @param state The whole state of the step, before it. */
  transformParameters(parameters: Tensors, previous: Tensors, step: StepContext, state: Tensors): Tensors {
    return this.#reduce('transformParameters', parameters, step, (plugin, now, own) => {
      const result = plugin.transformParameters({ ...now }, previous, own, ownState(plugin, state));
      checkTransformed(plugin.name, 'transformParameters', result, parameters, true);
      return result;
    });
  }

  /** What each plugin that is asked says of a step: 0 where it is to change nothing. */
  acceptStep(proposed: ProposedStep, step: StepContext): tf.Scalar[] {
    return this.with('acceptStep').map((plugin) =>
      inHook(plugin, 'acceptStep', () => plugin.acceptStep(proposed, scopedStep(step, plugin))),
    );
  }

  /** @param state The whole state of the step. */
  evaluationParameters(parameters: Tensors, state: Tensors, step: StepContext): Tensors {
    return this.#reduce('evaluationParameters', parameters, step, (plugin, now, own) =>
      plugin.evaluationParameters(now, ownState(plugin, state), own),
    );
  }

  /** The tensors that plugins carry from step to step, at the start, under the names of a step's state. */
  initialState(parameters: Tensors, layers: readonly LayerInfo[]): Record<string, tf.Tensor> {
    const state: Record<string, tf.Tensor> = {};
    for (const plugin of this.with('stepState')) {
      const own = inHook(plugin, 'stepState', () => plugin.stepState.init(parameters, layers));
      Object.assign(state, putGroup(stateOf(plugin), own));
    }
    return state;
  }

  /** These tensors after a step. */
  nextState(
    state: Tensors,
    now: Omit<StepOutcome, 'layers'>,
    seen: readonly Observed[],
    step: StepContext,
  ): Record<string, tf.Tensor> {
    const next: Record<string, tf.Tensor> = {};
    for (const plugin of this.with('stepState')) {
      const layers = Object.create(null) as Record<string, Record<string, tf.Tensor>>;
      for (const one of seen)
        if (one.plugin === plugin.name) (layers[one.layer] ??= {})[one.name] = one.tensor;
      const own = inHook(plugin, 'stepState', () =>
        plugin.stepState.update(ownState(plugin, state), { ...now, layers }, scopedStep(step, plugin)),
      );
      Object.assign(next, putGroup(stateOf(plugin), own));
    }
    return next;
  }

  #reduce<H extends StepHook, T>(
    hook: H,
    value: T,
    step: StepContext,
    apply: (plugin: Having<H>, value: T, step: StepContext) => T,
  ): T {
    let now = value;
    for (const plugin of this.with(hook)) {
      now = inHook(plugin, hook, () => apply(plugin, now, scopedStep(step, plugin)));
    }
    return now;
  }
}

/** What a plugin has in a step's state. */
function ownState(plugin: Plugin, state: Tensors): Record<string, tf.Tensor> {
  return plugin.stepState || plugin.parameters ? takeGroup(state, stateOf(plugin)) : {};
}

/** Where a step's state has the tensors of a plugin. */
function stateOf({ name }: Plugin): string {
  return `${PLUGINS}${name}/`;
}

/** `undefined` where the plugin saved nothing, e.g. because it is new since the checkpoint. */
function savedOf(plugin: Plugin, checkpoint: Checkpoint): PluginState | undefined {
  const arrays = takeGroup(checkpoint.arrays, `saved/${plugin.name}/`);
  const json = Object.hasOwn(checkpoint.plugins, plugin.name) ? checkpoint.plugins[plugin.name] : undefined;
  return json === undefined && Object.keys(arrays).length === 0 ? undefined : { json, arrays };
}
