import * as tf from '@tensorflow/tfjs-core';
import type { Plugin, StepContext } from '@espalier/core';
import { checkOptions } from '@espalier/core';
import type { HookName } from '@espalier/core/internal';
import { HOOKS, IN_STEP } from '@espalier/core/internal';

/** Tensors that a plugin left behind in one of its hooks, over all calls. */
export interface LedgerEntry {
  readonly plugin: string;
  readonly hook: string;
  readonly calls: number;
  /** Made less disposed; below 0 where the hook disposes what another made. */
  readonly tensors: number;
  readonly bytes: number;
}

/** What was left behind by whom. */
export interface LeakReport {
  /** Every hook that was called, in order of plugin and first call. */
  readonly entries: readonly LedgerEntry[];
  /** Names of the plugins that have more than they disposed of. */
  readonly leaking: readonly string[];
  /** Hooks of the forward pass, as `<plugin>.<hook>`: of what they leave behind nothing is known. */
  readonly notWatched: readonly string[];
  readonly sentence: string;
}

/** Plugins under watch, and the book that is kept of them. */
export interface LeakLedger {
  /** Give these to the trainer in place of the plugins themselves. */
  readonly plugins: readonly Plugin[];
  /** Of all runs so far. Ask after the run: what a plugin holds during it is no leak. */
  report(): LeakReport;
}

/** Their tensors belong to the tape until the gradient is taken: nothing can be told before. */
const ON_THE_TAPE: ReadonlySet<HookName> = new Set<HookName>([
  'penalty',
  'observeLayer',
  'penalizeLayer',
  'penalizeOutputs',
  'weighLosses',
]);

/**
 * Keeps a book of the tensors that plugins leave behind, hook by hook.
 *
 * A hook between steps is charged with what there is after it and was not before; one inside the step with what it made beyond what it
 * gave back and did not leave to the step's tidy, that is with what it kept. Hooks of the forward pass (`penalty`, `observeLayer` and their like) are not watched, as the report says.
 *
 * Costs a look at `tf.memory()` before and after each hook. It changes nothing else, but every step hook that it wraps is called.
 *
 * @param plugins They stay what they are; tensors that other code makes while a hook awaits something are charged to the hook.
 * @throws EspalierError `invalid-option` for what is no list of plugins.
 * @example
 * ```ts
 * const ledger = leakLedger([nanGuard(), l2({ lambda: 1e-4 })]);
 * await new Trainer({ model, loss, optimizer, plugins: ledger.plugins }).fit(train, { epochs: 2 });
 * console.log(ledger.report().sentence);
 * ```
 */
export function leakLedger(plugins: readonly Plugin[]): LeakLedger {
  if (!Array.isArray(plugins) || plugins.some((one) => typeof (one as Partial<Plugin>)?.name !== 'string'))
    checkOptions('leak-ledger').fail('plugins', 'a list of plugins', plugins);
  const book = new Map<string, LedgerEntry>();
  const charge = (plugin: string, hook: string, tensors: number, bytes: number): void => {
    const key = `${plugin} ${hook}`;
    const before = book.get(key) ?? { plugin, hook, calls: 0, tensors: 0, bytes: 0 };
    book.set(key, {
      ...before,
      calls: before.calls + 1,
      tensors: before.tensors + tensors,
      bytes: before.bytes + bytes,
    });
  };
  return {
    plugins: plugins.map((plugin) => watched(plugin, charge)),
    report() {
      const order = plugins.map(({ name }) => name);
      const place = ({ plugin }: LedgerEntry): number => order.indexOf(plugin);
      const entries = [...book.values()].sort((a, b) => place(a) - place(b));
      const totals = new Map<string, number>();
      for (const { plugin, tensors } of entries) totals.set(plugin, (totals.get(plugin) ?? 0) + tensors);
      const leaking = [...totals].filter(([, tensors]) => tensors > 0).map(([plugin]) => plugin);
      const notWatched = plugins.flatMap((plugin) =>
        [...ON_THE_TAPE].filter((hook) => plugin[hook]).map((hook) => `${plugin.name}.${hook}`),
      );
      const aside = notWatched.length > 0 ? ` Not watched: ${notWatched.join(', ')}.` : '';
      return { entries, leaking, notWatched, sentence: sentenceOf(entries, leaking, totals) + aside };
    },
  };
}

type Charge = (plugin: string, hook: string, tensors: number, bytes: number) => void;

const inStep: ReadonlySet<string> = new Set(IN_STEP);

function watched(plugin: Plugin, charge: Charge): Plugin {
  const over: Record<string, unknown> = {};
  for (const hook of Object.keys(HOOKS) as HookName[]) {
    const own = plugin[hook] as ((...args: unknown[]) => unknown) | undefined;
    if (!own || ON_THE_TAPE.has(hook)) continue;
    const bound = own.bind(plugin);
    over[hook] = inStep.has(hook)
      ? insideStep(plugin.name, hook, bound, charge)
      : betweenSteps(plugin.name, hook, bound, charge);
  }
  const { stepState } = plugin;
  if (stepState)
    over['stepState'] = {
      init: insideStep(plugin.name, 'stepState.init', stepState.init.bind(stepState), charge),
      update: insideStep(plugin.name, 'stepState.update', stepState.update.bind(stepState), charge),
    };
  // Of a plugin that is an object of a class, the fields are reached through the prototype.
  return Object.assign(Object.create(plugin) as Plugin, over);
}

function betweenSteps<A extends unknown[]>(
  plugin: string,
  hook: string,
  body: (...args: A) => unknown,
  charge: Charge,
): (...args: A) => unknown {
  return (...args) => {
    const before = tf.memory();
    const done = (): void => {
      const now = tf.memory();
      charge(plugin, hook, now.numTensors - before.numTensors, now.numBytes - before.numBytes);
    };
    let result: unknown;
    try {
      result = body(...args);
    } catch (error) {
      done();
      throw error;
    }
    if (!(result instanceof Promise)) {
      done();
      return result;
    }
    return result.finally(done);
  };
}

function insideStep<A extends unknown[], R>(
  plugin: string,
  hook: string,
  body: (...args: A) => R,
  charge: Charge,
): (...args: A) => R {
  return (...args) => {
    let [ofStep, bytesOfStep] = [0, 0];
    const given = new Set(tensorsIn(args));
    // Scalars are the step's: it makes them when somebody asks first, and keeps them.
    const ask = (step: StepContext) => (name: string) => {
      const before = tf.memory();
      const scalar = step.scalar(name);
      const now = tf.memory();
      ofStep += now.numTensors - before.numTensors;
      bytesOfStep += now.numBytes - before.numBytes;
      given.add(scalar);
      return scalar;
    };
    const asked = args.map((one) => (isStep(one) ? { ...one, scalar: ask(one) } : one)) as A;
    const before = tf.memory();
    const result = tf.tidy(() => body(...asked) as R & tf.TensorContainer) as R;
    const now = tf.memory();
    const made = [...new Set(tensorsIn(result))].filter((tensor) => !given.has(tensor));
    const bytes = made.reduce((sum, { size, dtype }) => sum + size * tf.util.bytesPerElement(dtype), 0);
    charge(
      plugin,
      hook,
      now.numTensors - before.numTensors - made.length - ofStep,
      Math.max(0, now.numBytes - before.numBytes - bytes - bytesOfStep),
    );
    return result;
  };
}

function isStep(value: unknown): value is StepContext {
  return typeof (value as Partial<StepContext> | undefined)?.scalar === 'function';
}

function tensorsIn(value: unknown): tf.Tensor[] {
  if (value instanceof tf.Tensor) return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(tensorsIn);
}

function sentenceOf(
  entries: readonly LedgerEntry[],
  leaking: readonly string[],
  totals: ReadonlyMap<string, number>,
): string {
  if (leaking.length === 0)
    return `No plugin left a tensor behind in ${entries.reduce((n, { calls }) => n + calls, 0)} calls.`;
  return leaking
    .map((plugin) => {
      const worst = entries
        .filter((entry) => entry.plugin === plugin)
        .reduce((a, b) => (b.tensors > a.tensors ? b : a));
      return `${plugin} left ${totals.get(plugin)} tensors behind, ${worst.tensors} of them in ${worst.calls} calls of ${worst.hook}.`;
    })
    .join(' ');
}
