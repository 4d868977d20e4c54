import * as tf from '@tensorflow/tfjs-core';
import type { Dataset, HostArray } from '@espalier/core';
import { sizeOf, stream, toTensorData } from '@espalier/core';
import type { ObjectiveProblem } from './objective-problems.js';
import { TOY_SIZE, toyDataset, toyNumbers } from './toy-data.js';

/** A tensor of its own memory. */
export function tensorOf(array: HostArray): tf.Tensor {
  return tf.tensor(toTensorData(array).slice(), [...array.shape], array.dtype);
}

/** Rows `from` to `to` of an array. */
export function sliceRows(array: HostArray, from: number, to: number): HostArray {
  const width = sizeOf(array.shape.slice(1));
  return {
    ...array,
    data: array.data.slice(from * width, to * width),
    shape: [to - from, ...array.shape.slice(1)],
  };
}

/** The toy inputs with targets of a problem, for real runs. */
export function problemData(problem: ObjectiveProblem): Dataset {
  const { targets } = problem.draw(TOY_SIZE, stream(11, 'problem'));
  return toyDataset({
    inputs: { input: toyNumbers('toy/input', [TOY_SIZE, 3]) },
    targets: { target: targets },
  });
}
