import * as tf from '@tensorflow/tfjs-core';
import type { Dataset } from '../data/dataset.js';
import type { DataStream } from '../data/data-stream.js';
import { fingerprint } from '../data/fingerprint.js';
import type { Json } from '../json.js';
import { VERSION } from '../version.js';
import type { FitOptions } from './fit-options.js';
import type { Configured, RunSetup } from './record.js';
import type { TrainerParts } from './trainer-parts.js';

/** What a run is made of, for its record and checkpoints. */
export function setupOf(
  { objectives, optimizer, driver, accumulate, lossReduction }: TrainerParts,
  data: Dataset | DataStream,
  options: FitOptions,
): RunSetup {
  const { batchSize = 32, dropLast = false, sampler, limit, validationEvery, minEpochs, minSteps } = options;
  const order: Json = sampler ? (configured(sampler) as unknown as Json) : (options.shuffle ?? true);
  const given: Record<string, Json | undefined> = {
    epochs: options.epochs,
    steps: options.steps,
    seconds: options.seconds,
    minEpochs,
    minSteps,
    batchSize,
    accumulate: accumulate.given,
    dropLast,
    [sampler ? 'sampler' : 'shuffle']: order,
    limit: limit as Json | undefined,
    validationEvery,
    lossReduction,
  };
  return {
    losses: Object.fromEntries(objectives.map(({ output, loss }) => [output, configured(loss)])),
    metrics: Object.fromEntries(objectives.map(({ output, metrics }) => [output, metrics.map(configured)])),
    optimizer: configured(optimizer),
    plugins: driver.configs(),
    options: Object.fromEntries(
      Object.entries(given).filter((entry): entry is [string, Json] => entry[1] !== undefined),
    ),
    data: { examples: data.size ?? null, fingerprint: fingerprint(data) },
    versions: ownVersions(),
  };
}

/** Versions of what computes. */
export function ownVersions(): Record<string, string> {
  return { '@espalier/core': VERSION, '@tensorflow/tfjs-core': tf.version_core };
}

function configured({ name, config }: { readonly name: string; readonly config?: unknown }): Configured {
  return config === undefined ? { name } : { name, config: config as Json };
}
