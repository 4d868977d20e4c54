import * as tf from '@tensorflow/tfjs-core';
import type { Dataset } from '../data/dataset.js';
import type { DataStream } from '../data/data-stream.js';
import { fingerprint } from '../data/fingerprint.js';
import type { Json } from '../json.js';
import { VERSION } from '../version.js';
import type { OutputObjective } from '../step/output-objective.js';
import type { FitOptions } from './fit-options.js';
import { IN_STEP } from './hooks.js';
import type { Configured, RunSetup } from './record.js';
import type { TrainerParts } from './trainer-parts.js';

/** What a run is made of, for its record and checkpoints. */
export function setupOf(parts: TrainerParts, data: Dataset | DataStream, options: FitOptions): RunSetup {
  const { objectives, optimizer, driver, accumulate, lossReduction, model } = parts;
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
    lossWeights: byOutput(objectives, ({ lossWeight }) => (lossWeight === 1 ? undefined : lossWeight)),
    classWeights: byOutput(objectives, ({ classWeights }) => classWeights && { ...classWeights }),
  };
  const { validation } = options;
  const layers = model.settings?.();
  return {
    losses: Object.fromEntries(objectives.map(({ output, loss }) => [output, configured(loss)])),
    metrics: Object.fromEntries(objectives.map(({ output, metrics }) => [output, metrics.map(configured)])),
    optimizer: configured(optimizer),
    plugins: driver.configs(),
    inStep: driver.plugins.filter((plugin) => IN_STEP.some((hook) => plugin[hook])).map(({ name }) => name),
    ...(layers && { layers }),
    options: Object.fromEntries(
      Object.entries(given).filter((entry): entry is [string, Json] => entry[1] !== undefined),
    ),
    data: described(data),
    ...(validation && { validation: described(validation) }),
    versions: ownVersions(),
  };
}

/** Versions of what computes. */
export function ownVersions(): Record<string, string> {
  return { '@espalier/core': VERSION, '@tensorflow/tfjs-core': tf.version_core };
}

function described(data: Dataset | DataStream): NonNullable<RunSetup['data']> {
  return { examples: data.size ?? null, fingerprint: fingerprint(data) };
}

/** A setting by output; absent where no output has it. */
function byOutput(
  objectives: readonly OutputObjective[],
  of: (objective: OutputObjective) => Json | undefined,
): Json | undefined {
  const entries = objectives.map((one): [string, Json | undefined] => [one.output, of(one)]);
  const given = entries.filter((entry): entry is [string, Json] => entry[1] !== undefined);
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

function configured({ name, config }: { readonly name: string; readonly config?: unknown }): Configured {
  return config === undefined ? { name } : { name, config: config as Json };
}
