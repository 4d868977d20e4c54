import type { HostArray, HostArrays } from '@espalier/core';
import { checkOptions } from '@espalier/core';
import { refuse } from './refuse.js';

const SCOPE = 'torch-weights';

/** PyTorch's names of what a layer has, and ours, by the number of dimensions of its `weight`. */
const NORM = { weight: 'gamma', bias: 'beta', running_mean: 'moving_mean', running_var: 'moving_variance' };

/**
 * Weights of PyTorch modules in TensorFlow.js' layouts and under its names: `Linear` `[out, in]` becomes a kernel `[in, out]`,
 * `Conv1d` `[out, in, w]` becomes `[w, in, out]`, `Conv2d` `[out, in, h, w]` becomes `[h, w, in, out]`; `weight` of one
 * dimension, as normalisations have it, becomes `gamma`, its `bias` `beta`, and the running statistics the moving ones.
 *
 * A `Linear` after a flattened convolution is not reordered: PyTorch flattens `[channels, h, w]`, TensorFlow.js `[h, w, channels]`.
 *
 * @param tensors By PyTorch's names, e.g. of `readSafetensors`: `<module>.weight`, `<module>.bias`, ...
 * @param modules The layer's name for each module that is to be taken: `{ fc1: 'hidden_1' }`.
 * @returns By `<layer>/<weight>`, as `loadWeights` takes it.
 * @throws EspalierError `invalid-option`; `invalid-data` for a module that is not there, or a tensor that has no counterpart.
 * @example
 * ```ts
 * declare const bytes: Uint8Array;
 * const { tensors } = readSafetensors(bytes);
 * loadWeights(model, torchWeights(tensors, { fc1: 'hidden_1', fc2: 'output' }));
 * ```
 */
export function torchWeights(tensors: HostArrays, modules: Readonly<Record<string, string>>): HostArrays {
  const named = typeof modules === 'object' && modules !== null ? Object.entries(modules) : [];
  if (named.length === 0 || !named.every(([, layer]) => typeof layer === 'string' && layer !== ''))
    checkOptions(SCOPE).fail('modules', "layers' names by module, e.g. { fc1: 'hidden_1' }", modules);
  const weights: Record<string, HostArray> = {};
  for (const [module, layer] of named) {
    const prefix = `${module}.`;
    const own = Object.keys(tensors).filter(
      (name) => name.startsWith(prefix) && !name.slice(prefix.length).includes('.'),
    );
    if (own.length === 0) {
      const known = [...new Set(Object.keys(tensors).map((name) => name.slice(0, name.lastIndexOf('.'))))];
      refuse(SCOPE, `there is no module '${module}'; there are ${known.join(', ')}.`);
    }
    const isNorm =
      tensors[`${prefix}weight`]?.shape.length === 1 || Object.hasOwn(tensors, `${prefix}running_mean`);
    for (const name of own) {
      const part = name.slice(prefix.length);
      // How many batches a normalisation has seen; nothing needs it.
      if (part === 'num_batches_tracked') continue;
      const array = tensors[name]!;
      const target = isNorm && Object.hasOwn(NORM, part) ? NORM[part as keyof typeof NORM] : PLAIN[part];
      if (target === undefined || (target === 'kernel' && !ORDERS[array.shape.length]))
        refuse(SCOPE, `'${name}' [${array.shape.join(', ')}] has no counterpart; leave '${module}' out.`);
      weights[`${layer}/${target}`] =
        target === 'kernel' ? transposed(array, ORDERS[array.shape.length]!) : array;
    }
  }
  return weights;
}

const PLAIN: Readonly<Record<string, string>> = { weight: 'kernel', bias: 'bias' };

/** Which axis of PyTorch's kernel comes where, by its number of axes. */
const ORDERS: Readonly<Record<number, readonly number[]>> = { 2: [1, 0], 3: [2, 1, 0], 4: [2, 3, 1, 0] };

function transposed({ data, shape, dtype }: HostArray, order: readonly number[]): HostArray {
  const target = order.map((axis) => shape[axis]!);
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, side) => product * side, 1));
  const moved = Float32Array.from({ length: data.length }, (_, place) => {
    let [rest, from] = [place, 0];
    for (let i = target.length - 1; i >= 0; i--) {
      from += (rest % target[i]!) * strides[order[i]!]!;
      rest = Math.floor(rest / target[i]!);
    }
    return data[from]!;
  });
  return { data: moved, shape: target, dtype };
}
