import type { HostArrays } from './arrays.js';
import { checkData } from './check-data.js';
import type { Dataset, HostBatch } from './dataset.js';
import type { DataStream } from './data-stream.js';
import type { BoundModel } from '../model/bound-model.js';
import { fail } from '../errors.js';

type Shapes = Readonly<Record<string, readonly (number | null)[]>>;
type Rename = (arrays: HostArrays) => HostArrays;

/** Gives the batches of a data set the names of the model's inputs and outputs. */
export type BatchNamer = (batch: HostBatch) => HostBatch;

/**
 * Matches a data set or stream with a model: one input with one input whatever they are called, several by name; and the shapes.
 *
 * @param outputs Names of the outputs that have a loss.
 * @param what What the data were given as, for messages: `the data` unless told otherwise.
 * @throws EspalierError `invalid-data` with both sides' names or shapes.
 */
export function matchNames(
  dataset: Dataset | DataStream,
  model: BoundModel,
  outputs: readonly string[],
  what?: string,
): BatchNamer {
  checkData(dataset, 'trainer', what);
  const inputNames = model.inputShapes ? Object.keys(model.inputShapes) : Object.keys(dataset.inputs);
  const inputs = renamer('input', Object.keys(dataset.inputs), inputNames);
  const targets = renamer('target', Object.keys(dataset.targets), outputs);
  checkShapes(dataset.inputs, model.inputShapes, inputNames);
  return (batch) => ({
    inputs: inputs(batch.inputs),
    targets: targets(batch.targets),
    ...(batch.weights ? { weights: targets(batch.weights) } : {}),
  });
}

/**
 * Gives arrays for prediction the names of the model's inputs.
 *
 * @throws EspalierError `invalid-data` with both sides' names or shapes.
 */
export function matchInputs(given: Dataset['inputs'], model: BoundModel): Rename {
  const names = Object.keys(given);
  const inputNames = model.inputShapes ? Object.keys(model.inputShapes) : names;
  const rename = renamer('input', names, inputNames);
  checkShapes(given, model.inputShapes, inputNames);
  return rename;
}

function renamer(kind: 'input' | 'target', given: readonly string[], wanted: readonly string[]): Rename {
  if (given.length === 1 && wanted.length === 1) {
    const [from, to] = [given[0]!, wanted[0]!];
    return (arrays) => (arrays[from] ? { [to]: arrays[from] } : {});
  }
  const missing = wanted.filter((name) => !given.includes(name));
  const extra = given.filter((name) => !wanted.includes(name));
  if (missing.length || extra.length) {
    fail(
      'invalid-data',
      'trainer',
      `the data set has ${kind}s ${given.join(', ') || '(none)'}; the model wants ${wanted.join(', ')}. ` +
        'Give the data the same names.',
    );
  }
  return (arrays) => arrays;
}

function checkShapes(
  inputs: Dataset['inputs'],
  shapes: Shapes | undefined,
  inputNames: readonly string[],
): void {
  if (!shapes) return;
  const single = inputNames.length === 1;
  for (const name of inputNames) {
    const wanted = shapes[name]!.slice(1);
    const { shape } = single ? Object.values(inputs)[0]! : inputs[name]!;
    const fits = shape.length === wanted.length && wanted.every((dim, i) => dim === null || dim === shape[i]);
    if (!fits) {
      fail(
        'invalid-data',
        'trainer',
        `input '${name}' of the model takes examples of shape [${wanted.join(', ')}], the data has [${shape.join(', ')}]. ` +
          'Change the input shape of the model or flatten the data.',
      );
    }
  }
}
