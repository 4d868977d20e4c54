import type { EpochLogs, Json, Plugin, Run, RunRecord } from '@espalier/core';
import { EspalierError, option, readOptions } from '@espalier/core';
import type { TrackedAt, Tracker } from './tracker.js';

/** Options of {@link track}. */
export interface TrackOptions {
  /** Also give the numbers of single steps after every so many steps, as `batch_<metric>`. A whole number >= 1; default: none. */
  readonly everySteps?: number;
  /** Parameters of your own, by name: beside what the run's record says it was made of. */
  readonly parameters?: Readonly<Record<string, string | number | boolean>>;
  /** What a tracker that fails does to the run: `note` writes the first failure into the record, `throw` ends it. Default `throw`. */
  readonly onFailure?: 'note' | 'throw';
  /** Default `track-<name of the tracker>`. */
  readonly name?: string;
}

/**
 * Gives a tracker what a run logs: its parameters at the start, an epoch's numbers at its end, remarks, and how it ended.
 *
 * @returns A plugin. It costs what the tracker costs.
 * @throws EspalierError `invalid-option`; with `onFailure: 'throw'` what the tracker throws ends the run.
 * @example
 * ```ts
 * const tracking = track(mlflowTracker({ experiment: 'digits' }), { parameters: { hidden: 64 } });
 * ```
 */
export function track(tracker: Tracker, options: TrackOptions = {}): Plugin<never, never> {
  checkTracker(tracker);
  const { values, config } = readOptions('track', options, {
    everySteps: option.integer({ min: 1, optional: true }),
    parameters: option.custom<NonNullable<TrackOptions['parameters']>, { readonly optional: true }>({
      expected: 'numbers, strings or truth values by name',
      accepts: (value) =>
        typeof value === 'object' &&
        value !== null &&
        !Array.isArray(value) &&
        Object.values(value).every((one) => ['number', 'string', 'boolean'].includes(typeof one)),
      optional: true,
    }),
    onFailure: option.oneOf(['note', 'throw'], { default: 'throw' }),
    name: option.text({ default: `track-${tracker.name}` }),
  });
  const { everySteps, parameters, onFailure, name } = values;
  let noted = 0;
  let failed = false;

  const attempt = async (run: Run, work: () => void | Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (onFailure === 'throw') throw error;
      if (!failed)
        run.note(name, `the tracker failed: ${error instanceof Error ? error.message : String(error)}`);
      failed = true;
    }
  };
  const notes = async (run: Run): Promise<void> => {
    if (!tracker.note) return;
    const { events } = run.record;
    for (const event of events.slice(noted)) {
      noted++;
      await attempt(run, () => tracker.note!(event));
    }
  };

  return {
    name,
    config: { ...config, tracker: tracker.config ?? tracker.name },
    enforce: 'post',
    async onFitStart(run, saved) {
      failed = false;
      noted = run.record.events.length;
      await attempt(run, () =>
        tracker.start({
          parameters: { ...parametersOf(run.record, name), ...parameters },
          ...(saved?.json !== undefined && { saved: (saved.json as { tracker: Json }).tracker }),
          at: placeOf(run),
        }),
      );
    },
    ...(everySteps !== undefined && {
      async onStepEnd(run: Run, logs: { read(): Promise<EpochLogs> }) {
        if (run.step % everySteps !== 0) return;
        const numbers = Object.entries(await logs.read()).map(
          ([metric, value]) => [`batch_${metric}`, value] as const,
        );
        await attempt(run, () => tracker.log(Object.fromEntries(numbers), placeOf(run)));
      },
    }),
    async onEpochEnd(run, { epoch: _, ...logs }) {
      await attempt(run, () => tracker.log(logs, placeOf(run)));
      await notes(run);
    },
    async onFitEnd(run, status) {
      await notes(run);
      await attempt(run, () => tracker.end(status, run.stopReason));
    },
    ...(tracker.saveState && { saveState: () => ({ json: { tracker: tracker.saveState!() } }) }),
  };
}

function placeOf({ epoch, step }: Run): TrackedAt {
  return { epoch, step };
}

/** What a run was made of, one level of names after the other: `optimizer.learningRate`; all but the plugin that follows it. */
function parametersOf(
  { seed, executor, setup }: RunRecord,
  self: string,
): Record<string, string | number | boolean> {
  const found: Record<string, string | number | boolean> = { seed, executor };
  const add = (name: string, value: Json | undefined): void => {
    if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean')
      found[name] = value;
    else if (Array.isArray(value)) found[name] = JSON.stringify(value);
    else if (value !== null && typeof value === 'object')
      for (const [inner, one] of Object.entries(value)) add(`${name}.${inner}`, one as Json);
  };
  const { optimizer, options, plugins, losses = {} } = setup;
  add('optimizer', optimizer?.name);
  if (optimizer?.config !== undefined) add('optimizer', optimizer.config);
  for (const [name, value] of Object.entries(options ?? {})) add(`fit.${name}`, value);
  for (const [output, loss] of Object.entries(losses)) add(`loss.${output}`, loss.name);
  for (const { name, config } of plugins) if (config !== undefined && name !== self) add(name, config);
  return found;
}

function checkTracker(tracker: Tracker): void {
  const methods = ['start', 'log', 'end'] as const;
  if (typeof tracker?.name === 'string' && methods.every((method) => typeof tracker[method] === 'function'))
    return;
  throw new EspalierError({
    code: 'invalid-option',
    scope: 'track',
    message: 'the tracker must be an object with name, start, log and end, e.g. mlflowTracker().',
  });
}
