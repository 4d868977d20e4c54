import type { HostArray, HostArrays, Loss, TrainableModel } from '@espalier/core';
import { option, readOptions, toTensorData } from '@espalier/core';
import { prepareTfjs } from '@espalier/core/internal';
import type { GivenBatch } from '../given-arrays.js';
import { indexOf } from '../index-of.js';
import { FORWARD, GRADIENT, layerProgram, LOSS } from './layer-program.js';
import type { Engine } from './run-on-engine.js';
import { isEngine, runOnEngine } from './run-on-engine.js';

/** Options of {@link crossBackendDiff}. */
export interface CrossBackendDiffOptions {
  /** At least two executors or backends; the first is what the others are compared with. */
  readonly engines: readonly Engine[];
  /** How far values may be apart, over the largest value of the tensor; > 0. Default 1e-4. */
  readonly tolerance?: number;
}

/** How far one tensor of two engines is apart. */
export interface TensorDifference {
  /** Of a layer's output the layer, of a gradient the parameter. */
  readonly name: string;
  /** Largest |value - reference| over the largest |reference|; null where one of them is not finite and the other is. */
  readonly difference: number | null;
  readonly agrees: boolean;
  /** Where the difference is largest. */
  readonly index: readonly number[];
  readonly value: number;
  readonly reference: number;
}

/** One engine beside the first. */
export interface EngineDifference {
  readonly engine: string;
  readonly reference: string;
  readonly agrees: boolean;
  readonly loss: TensorDifference;
  /** Outputs of the layers, in the order of the forward pass. */
  readonly forward: readonly TensorDifference[];
  /** Gradients of the parameters, in the model's order. */
  readonly gradients: readonly TensorDifference[];
  /** The first layer of the forward pass whose output differs; null where none does. */
  readonly firstForward: string | null;
  /** The first parameter that back-propagation comes to whose gradient differs: the last of the model. */
  readonly firstGradient: string | null;
  readonly sentence: string;
}

/**
 * Runs one batch forward and backward on several engines, and finds the first layer where they part.
 *
 * Training is off, so that there are no random numbers; steps of the eager executor refuse operations that a backend has wrong, this
 * function runs them all the same.
 *
 * @param model Any trainable model; it stays what it is.
 * @param loss One loss, or one for each output by name.
 * @param batch `{ inputs, targets, weights? }`.
 * @param options.engines Executors (`eager()`, `compiled(...)`), which run on the active backend, and backends (`wasm()`, ...).
 * @param options.tolerance Default 1e-4: float32 rounds each sum, and layers pass it on.
 * @returns A plain record for each engine but the first.
 * @throws EspalierError `invalid-option`, `invalid-data`, `invalid-model`, and what an engine throws that cannot start.
 * @example
 * ```ts
 * const batch = { inputs: tf.ones([4, 3]), targets: tf.ones([4, 2]) };
 * const [onWasm] = await crossBackendDiff(model, loss, batch, { engines: [eager(), compiled({ target: 'wasm' })] });
 * console.log(onWasm!.sentence);
 * ```
 */
export async function crossBackendDiff(
  model: TrainableModel,
  loss: Loss | Readonly<Record<string, Loss>>,
  batch: GivenBatch,
  options: CrossBackendDiffOptions,
): Promise<EngineDifference[]> {
  const scope = 'cross-backend-diff';
  const { engines, tolerance } = readOptions(scope, options, {
    engines: option.custom<readonly Engine[]>({
      expected: 'a list of at least two executors or backends',
      accepts: (value) => Array.isArray(value) && value.length > 1 && value.every(isEngine),
      toJson: (value) => value.map(({ name }) => name),
    }),
    tolerance: option.number({ min: 0, exclusiveMin: true, default: 1e-4 }),
  }).values;
  prepareTfjs();
  const program = await layerProgram(scope, model, loss, batch);
  const runs: { readonly name: string; readonly outputs: HostArrays }[] = [];
  for (const engine of engines) runs.push(await runOnEngine(engine, program));
  const [first, ...others] = runs;
  return others.map((run) => differenceOf(run.name, run.outputs, first!.name, first!.outputs, tolerance));
}

function differenceOf(
  engine: string,
  got: HostArrays,
  reference: string,
  wanted: HostArrays,
  tolerance: number,
): EngineDifference {
  const named = (prefix: string): TensorDifference[] =>
    Object.keys(wanted)
      .filter((name) => name.startsWith(prefix))
      .map((name) => tensorDifference(name.slice(prefix.length), got[name]!, wanted[name]!, tolerance));
  const [forward, gradients] = [named(FORWARD), named(GRADIENT)];
  const [loss] = named(LOSS).map((one) => ({ ...one, name: LOSS }));
  const apart = forward.find(({ agrees }) => !agrees);
  const apartBackward = [...gradients].reverse().find(({ agrees }) => !agrees);
  const agrees = !apart && !apartBackward && loss!.agrees;
  return {
    engine,
    reference,
    agrees,
    loss: loss!,
    forward,
    gradients,
    firstForward: apart?.name ?? null,
    firstGradient: apartBackward?.name ?? null,
    sentence: agrees
      ? `${engine} agrees with ${reference} within ${worst([...forward, ...gradients]).toExponential(1)} of the largest value.`
      : [
          apart && `${engine} differs from ${reference} first in the output of ${placed(apart)}.`,
          apartBackward &&
            `${apart ? 'Its' : `${engine} differs from ${reference}: its`} gradients differ first in ${placed(apartBackward)}.`,
          !apart && !apartBackward && `${engine} differs from ${reference} in the ${placed(loss!)}.`,
        ]
          .filter(Boolean)
          .join(' '),
  };
}

function placed({ name, index, value, reference }: TensorDifference): string {
  return `${name}: [${index}] is ${value.toPrecision(4)}, not ${reference.toPrecision(4)}`;
}

function worst(all: readonly TensorDifference[]): number {
  return Math.max(0, ...all.map(({ difference }) => difference ?? 0));
}

function tensorDifference(
  name: string,
  got: HostArray,
  wanted: HostArray,
  tolerance: number,
): TensorDifference {
  const [values, references] = [toTensorData(got), toTensorData(wanted)];
  let [largest, scale, at, broken] = [0, 0, 0, -1];
  for (let i = 0; i < references.length; i++) {
    const [value, reference] = [values[i]!, references[i]!];
    if (Object.is(value, reference)) {
      if (Number.isFinite(reference)) scale = Math.max(scale, Math.abs(reference));
      continue;
    }
    if (!Number.isFinite(value) || !Number.isFinite(reference)) {
      if (broken < 0) broken = i;
      continue;
    }
    scale = Math.max(scale, Math.abs(reference));
    if (Math.abs(value - reference) > largest) [largest, at] = [Math.abs(value - reference), i];
  }
  const place = broken < 0 ? at : broken;
  const difference = broken >= 0 ? null : largest === 0 ? 0 : largest / Math.max(scale, 1e-30);
  return {
    name,
    difference,
    agrees: difference !== null && difference <= tolerance,
    index: indexOf(place, wanted.shape),
    value: values[place]!,
    reference: references[place]!,
  };
}
