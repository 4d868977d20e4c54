import { EspalierError } from '@espalier/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { Tensor as TensorClass } from '@tensorflow/tfjs-core';
import type { HostTensor } from '../compiled-graph/host-tensor.js';
import type { Spec } from '../graph/builder.js';
import type { TensorArray } from '../graph/element-type.js';
import { allocate, elementCount, fromNumbers } from '../graph/element-type.js';
import { sameShape } from '../graph/shapes.js';
import type { Leaf } from './step-types.js';

/** True for what may stand at the leaves of example inputs. */
export function isLeaf(node: unknown): node is Leaf {
  return (
    node instanceof TensorClass ||
    (typeof node === 'object' && node !== null && Array.isArray((node as Leaf).shape))
  );
}

/** True for a TensorFlow.js tensor. */
export function isTensor(node: unknown): node is Tensor {
  return node instanceof TensorClass;
}

/**
 * A leaf in plain memory, as it was declared.
 *
 * @param what Names it, e.g. `Input "x"`.
 * @throws EspalierError `invalid-data` for another shape, type or number of elements.
 */
export function checkedTensor(
  what: string,
  leaf: Tensor | HostTensor | undefined,
  declared: Spec,
): HostTensor {
  const { shape, dtype } = declared;
  const kept = leaf && !(isTensor(leaf) && leaf.isDisposed) ? leaf : undefined;
  const data = kept && dataOf(kept);
  const expected = allocate(dtype, 0).constructor;
  const count = elementCount(shape);
  const fits = data?.constructor.name === expected.name && data.length === count;
  const other = leaf?.dtype !== undefined && leaf.dtype !== dtype ? ` of dtype ${leaf.dtype}` : '';
  if (fits && other === '' && sameShape(leaf!.shape, shape)) return { data, shape, dtype } as HostTensor;
  throw new EspalierError({
    code: 'invalid-data',
    scope: 'compile',
    message:
      `${what} must be ${dtype} [${shape}] in a ${expected.name} of ${count} elements, got ` +
      (!data
        ? leaf && !kept
          ? 'a tensor that has been disposed.'
          : 'nothing.'
        : `a ${data.constructor.name} of ${data.length}${other}${fits && other === '' ? ` with the shape [${leaf!.shape}]` : ''}.`),
  });
}

function dataOf(leaf: Tensor | HostTensor): TensorArray {
  if (!isTensor(leaf)) return leaf.data;
  const data = leaf.dataSync() as TensorArray;
  // tfjs backends may keep a cast tensor in the array it was cast from.
  const fits =
    leaf.dtype === 'float32'
      ? data instanceof Float32Array
      : leaf.dtype !== 'int32' || data instanceof Int32Array;
  return fits ? data : fromNumbers(leaf.dtype as 'float32' | 'int32', data as ArrayLike<number>);
}
