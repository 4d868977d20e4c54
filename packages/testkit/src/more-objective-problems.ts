import type { HostArray, RandomStream } from '@espalier/core';
import { sizeOf } from '@espalier/core';
import type { ObjectiveProblem } from './objective-problems.js';

const floats = (data: ArrayLike<number>, shape: readonly number[]): HostArray => ({
  data: Float32Array.from(data),
  shape,
  dtype: 'float32',
});

const normals = (shape: readonly number[], random: RandomStream): HostArray =>
  floats(
    random.normals(sizeOf(shape)).map((value) => 2 * value),
    shape,
  );

/** Numbers `[N, width]` above 0.1 to be met by amounts >= 0 of the same shape, some of them 0. */
export function amounts(width: number): ObjectiveProblem {
  return {
    kind: 'amounts',
    outputShape: [null, width],
    draw(n, random) {
      const outputs = random.uniforms(n * width).map((value) => 0.2 + 2 * value);
      const targets = random.uniforms(n * width).map((value) => (value < 0.2 ? 0 : 4 * value));
      return { outputs: floats(outputs, [n, width]), targets: floats(targets, [n, width]) };
    },
    bad: {
      'an amount below 0': floats(new Array(width).fill(-0.5), [1, width]),
      'a NaN amount': floats(new Array(width).fill(NaN), [1, width]),
      'amounts of another width': floats(new Array(width + 1).fill(0), [1, width + 1]),
    },
  };
}

/** Several outputs `[N, width]` for one number `[N]` each. */
export function oneNumber(width: number): ObjectiveProblem {
  return {
    kind: 'one number',
    outputShape: [null, width],
    draw(n, random) {
      const outputs = normals([n, width], random);
      // Beyond all of an example's outputs, so never near one.
      const targets = Array.from({ length: n }, (_, i) => {
        const row = outputs.data.subarray(i * width, (i + 1) * width) as Float32Array;
        return (
          (i % 2 ? Math.max(...row) + 0.2 : Math.min(...row) - 0.2) + (i % 2 ? 1 : -1) * random.uniform()
        );
      });
      return { outputs, targets: floats(targets, [n]) };
    },
    bad: {
      'a NaN target': floats([NaN], [1]),
      'two targets': floats([0, 0], [1, 2]),
    },
  };
}

/** Outputs of a shape that are judged together, and one answer 0 or 1 `[N]` for each example. */
export function oneAnswer(...inner: readonly number[]): ObjectiveProblem {
  return {
    kind: 'one answer',
    outputShape: [null, ...inner],
    draw: (n, random) => ({
      outputs: normals([n, ...inner], random),
      targets: floats(
        Array.from({ length: n }, () => random.integer(2)),
        [n],
      ),
    }),
    bad: {
      'an answer that is neither 0 nor 1': floats([0.5], [1]),
      'a NaN answer': floats([NaN], [1]),
      'two answers': floats([0, 1], [1, 2]),
    },
  };
}

/** Logits `[N, ...places, classes]` and class numbers `[N, ...places]` int32, or of probabilities one-hot rows. */
export function labelledPlaces(places: readonly number[], classes: number): ObjectiveProblem {
  return {
    kind: 'class numbers',
    outputShape: [null, ...places, classes],
    draw: (n, random) => ({
      outputs: normals([n, ...places, classes], random),
      targets: {
        data: Int32Array.from({ length: n * sizeOf(places) }, () => random.integer(classes)),
        shape: [n, ...places],
        dtype: 'int32',
      },
    }),
    bad: {
      'a label too large': {
        data: new Int32Array(sizeOf(places)).fill(classes),
        shape: [1, ...places],
        dtype: 'int32',
      },
      'one label for all places': { data: Int32Array.of(0), shape: [1], dtype: 'int32' },
    },
  };
}
