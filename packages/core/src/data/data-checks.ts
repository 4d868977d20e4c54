import type { HostArrays } from './arrays.js';
import type { Dataset, HostBatch } from './dataset.js';
import type { DataStream } from './data-stream.js';
import { isStream } from './open-epoch.js';
import type { BatchNamer } from './batch-names.js';
import type { BoundModel } from '../model/bound-model.js';
import { fail } from '../errors.js';
import type { InputLimit } from '../model/input-limits.js';
import type { OutputObjective } from '../step/output-objective.js';

/** Examples checked at a time where a data set must be fetched to be checked. */
const CHUNK = 4096;

/** Checks batches in plain memory; see {@link dataChecker}. */
export interface DataChecker {
  /** Checks a whole data set before the first step, where it is in memory. */
  checkAll(dataset: Dataset | DataStream, rename: BatchNamer): Promise<void>;
  /** Checks one batch (already renamed), unless its data set was checked as a whole. */
  checkBatch(dataset: Dataset | DataStream, batch: HostBatch): void;
  /** Checks inputs for a prediction, whose numbers may be anything but rows that a table lacks. */
  checkInputs(inputs: HostArrays): void;
}

/**
 * Refuses data that would train without an error and mean nothing: NaN or infinite inputs, targets that the loss cannot
 * take, counts that differ.
 */
export function dataChecker(model: BoundModel, objectives: readonly OutputObjective[]): DataChecker {
  const checked = new WeakSet<Dataset | DataStream>();
  const check = (batch: HostBatch): void => checkBatchData('trainer', batch, model, objectives);
  return {
    async checkAll(dataset, rename) {
      if (checked.has(dataset) || isStream(dataset)) return;
      if (!Number.isInteger(dataset.size) || dataset.size < 1) {
        fail('invalid-data', 'trainer', `the data set has ${dataset.size} examples; it needs at least one.`);
      }
      if (dataset.arrays) check(rename(dataset.arrays));
      else if (dataset.inMemory) {
        for (let start = 0; start < dataset.size; start += CHUNK) {
          const length = Math.min(CHUNK, dataset.size - start);
          check(rename(await dataset.batch(Uint32Array.from({ length }, (_, i) => start + i))));
        }
      } else return;
      checked.add(dataset);
    },
    checkInputs(inputs) {
      if (model.inputLimits) checkLimits('trainer', inputs, model.inputLimits);
    },
    checkBatch(dataset, batch) {
      if (!checked.has(dataset)) check(batch);
    },
  };
}

/**
 * Refuses a batch, by the names of the model, that means nothing to it: see {@link dataChecker}.
 *
 * @throws EspalierError `invalid-data`.
 */
export function checkBatchData(
  scope: string,
  batch: HostBatch,
  model: BoundModel,
  objectives: readonly OutputObjective[],
): void {
  checkCounts(scope, batch);
  checkFinite(scope, batch.inputs);
  if (model.inputLimits) checkLimits(scope, batch.inputs, model.inputLimits);
  if (batch.weights) checkFinite(scope, batch.weights, 'weight');
  for (const { output, loss, metrics } of objectives) {
    for (const part of [loss, ...metrics]) {
      part.checkTargets?.(batch.targets[output]!, model.outputShapes?.[output] ?? [null]);
    }
  }
}

function checkCounts(scope: string, { inputs, targets, weights = {} }: HostBatch): void {
  const counts = Object.entries({ ...inputs, ...targets, ...weights }).map(([name, { shape }]) => [
    name,
    shape[0],
  ]);
  const first = counts[0]!;
  const other = counts.find(([, count]) => count !== first[1]);
  if (other) {
    fail(
      'invalid-data',
      scope,
      `'${first[0]}' has ${first[1]} examples and '${other[0]}' has ${other[1]}; every example needs both.`,
    );
  }
}

/**
 * Refuses what a layer looks up in a table that has no such row.
 *
 * @throws EspalierError `invalid-data`.
 */
export function checkLimits(
  scope: string,
  arrays: HostArrays,
  limits: Readonly<Record<string, InputLimit>>,
): void {
  for (const [name, { below, layer }] of Object.entries(limits)) {
    const array = arrays[name];
    if (!array) continue;
    const { data, shape, scale = 1, offset = 0 } = array;
    const bad = data.findIndex((value) => {
      const id = value * scale + offset;
      return !(Number.isInteger(id) && id >= 0 && id < below);
    });
    if (bad >= 0) {
      const example = Math.floor(bad / (data.length / shape[0]!));
      fail(
        'invalid-data',
        scope,
        `input '${name}' has ${data[bad]! * scale + offset} in example ${example}; layer '${layer}' looks up ` +
          `0 to ${below - 1}, whole numbers. Make its inputDim larger, or number the words, categories or the like from 0 on.`,
      );
    }
  }
}

function checkFinite(scope: string, arrays: HostArrays, kind = 'input'): void {
  for (const [name, { data, shape }] of Object.entries(arrays)) {
    // What holds whole numbers alone cannot be otherwise.
    if (data instanceof Int32Array || data instanceof Uint8Array) continue;
    const bad = data.findIndex((value) => !Number.isFinite(value) || (kind === 'weight' && value < 0));
    if (bad >= 0) {
      const example = Math.floor(bad / (data.length / shape[0]!));
      fail(
        'invalid-data',
        scope,
        `${kind} '${name}' has ${data[bad]} in example ${example}; ` +
          (kind === 'weight' ? 'weights are finite and >= 0.' : 'remove or repair such examples first.'),
      );
    }
  }
}
