import { checkMeasured } from './monitors.js';
import type { Plugin } from './plugin.js';
import type { Evaluation, Vectors } from './record.js';
import type { RunState } from './run-state.js';

/** A list of more numbers stays out of the record, which every checkpoint holds. */
export const MOST_RECORDED = 10_000;

/** The values that are numbers. */
export function numbersOf(values: Evaluation): Record<string, number> {
  const numbers: Record<string, number> = {};
  for (const name in values) {
    const value = values[name];
    if (typeof value === 'number') numbers[name] = value;
  }
  return numbers;
}

/** The values that are lists and matrices. */
export function vectorsOf(values: Evaluation): Vectors {
  const vectors: Record<string, number[] | number[][]> = {};
  for (const name in values) {
    const value = values[name]!;
    if (typeof value !== 'number') vectors[name] = value;
  }
  return vectors;
}

/**
 * Puts the lists of an epoch into the record; of one that is too long a remark.
 *
 * @throws EspalierError `unknown-metric` where a plugin monitors one of them.
 */
export function recordVectors(run: RunState, all: Vectors, plugins: readonly Plugin[]): void {
  checkMeasured(plugins, all, run.metricNames);
  const kept: Record<string, number[] | number[][]> = {};
  for (const [name, value] of Object.entries(all)) {
    if (run.metricNames.includes(name)) {
      const message =
        `'${name}' gives a list and its metric does not say so: its place among an epoch's numbers stays empty. ` +
        'Give the metric `isList: true`, or `parts` that name its numbers.';
      noteOnce(run, message, message);
    }
    const numbers = value.flat().length;
    if (numbers <= MOST_RECORDED) kept[name] = value;
    else
      noteOnce(
        run,
        `${name} is ${numbers} numbers an epoch, and a record holds lists of at most ${MOST_RECORDED}; evaluate() gives it.`,
        `${name} is `,
      );
  }
  if (Object.keys(kept).length > 0) run.vectorRecords.push({ epoch: run.epoch, values: kept });
}

function noteOnce(run: RunState, message: string, begins: string): void {
  if (!run.events.some((event) => event.source === 'trainer' && event.message.startsWith(begins)))
    run.note('trainer', message);
}
