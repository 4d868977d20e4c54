import type { HostArray, RandomStream } from '@espalier/core';

/** A kind of outputs and targets that a loss or metric is made for. */
export interface ObjectiveProblem {
  /** What the targets are; problems of one kind and shape have the same. */
  readonly kind:
    'class numbers' | 'probabilities' | 'numbers' | 'answers' | 'amounts' | 'one number' | 'one answer';
  /** Shape of the model's output, `null` for the batch. */
  readonly outputShape: readonly (number | null)[];
  /** Outputs `[n, ...]` and targets that go with them; never nearer than 0.05 to where a loss has a kink. */
  draw(n: number, random: RandomStream): { readonly outputs: HostArray; readonly targets: HostArray };
  /** Targets that must be refused before the first step, by what is wrong with them. */
  readonly bad: Readonly<Record<string, HostArray>>;
}

const floats = (data: ArrayLike<number>, shape: readonly number[]): HostArray => ({
  data: Float32Array.from(data),
  shape,
  dtype: 'float32',
});

const labels = (data: readonly number[]): HostArray => ({
  data: Int32Array.from(data),
  shape: [data.length],
  dtype: 'int32',
});

function logits(n: number, width: number, random: RandomStream): HostArray {
  return floats(
    random.normals(n * width).map((value) => 2 * value),
    [n, width],
  );
}

/** Logits `[N, classes]` and class numbers `[N]` int32. */
export function classLabels(classes: number): ObjectiveProblem {
  return {
    kind: 'class numbers',
    outputShape: [null, classes],
    draw: (n, random) => ({
      outputs: logits(n, classes, random),
      targets: labels(Array.from({ length: n }, () => random.integer(classes))),
    }),
    bad: {
      // Of one output, 0 and 1 are answers to a yes-or-no question.
      'a label too large': labels([0, Math.max(classes, 2)]),
      'a negative label': labels([-1, 0]),
      'fractional labels': floats([0, classes === 1 ? 1.5 : 0.5], [2]),
      'a NaN label': floats([0, NaN], [2]),
      'rows of another width': floats(new Array(2 * (classes + 1)).fill(1 / (classes + 1)), [2, classes + 1]),
    },
  };
}

/** Logits `[N, classes]` and rows of probabilities `[N, classes]`. */
export function probabilityRows(classes: number): ObjectiveProblem {
  const rows = (n: number, random: RandomStream): HostArray => {
    const data = random.uniforms(n * classes).map((value) => value + 0.1);
    for (let i = 0; i < n; i++) {
      const row = data.subarray(i * classes, (i + 1) * classes);
      const sum = row.reduce((total, value) => total + value, 0);
      row.set(row.map((value) => value / sum));
    }
    return floats(data, [n, classes]);
  };
  return {
    kind: 'probabilities',
    outputShape: [null, classes],
    draw: (n, random) => ({ outputs: logits(n, classes, random), targets: rows(n, random) }),
    bad: {
      'a row that sums to 2': floats(
        Array.from({ length: classes }, (_, i) => (i < 2 ? 1 : 0)).map((value) =>
          classes === 1 ? 2 : value,
        ),
        [1, classes],
      ),
      'a NaN in a row': floats(
        Array.from({ length: classes }, (_, i) => (i === 0 ? NaN : 0)),
        [1, classes],
      ),
      'a negative probability': floats(
        Array.from({ length: classes }, (_, i) => (i === 0 ? -1 : 2 / Math.max(classes - 1, 1))),
        [1, classes],
      ),
    },
  };
}

/** Numbers `[N, width]` to be met by numbers of the same shape. */
export function realNumbers(width: number): ObjectiveProblem {
  return {
    kind: 'numbers',
    outputShape: [null, width],
    draw(n, random) {
      const outputs = logits(n, width, random);
      // Far enough from the output, and from 1 beside it, for a loss with a kink there.
      const targets = outputs.data.map(
        (value, i) =>
          value + (i % 2 ? -1 : 1) * (i % 3 ? 0.1 + 0.8 * random.uniform() : 1.1 + random.uniform()),
      );
      return { outputs, targets: floats(targets, [n, width]) };
    },
    bad: {
      'a NaN target': floats(new Array(width).fill(NaN), [1, width]),
      'an infinite target': floats(new Array(width).fill(-Infinity), [1, width]),
      'targets of another width': floats(new Array(width + 1).fill(0), [1, width + 1]),
    },
  };
}

/** One logit `[N, width]` for each of several yes-or-no questions, and answers from 0 to 1. */
export function yesOrNo(width: number): ObjectiveProblem {
  return {
    kind: 'answers',
    outputShape: [null, width],
    draw: (n, random) => ({
      outputs: logits(n, width, random),
      targets: floats(
        Array.from({ length: n * width }, () => random.integer(2)),
        [n, width],
      ),
    }),
    bad: {
      'an answer above 1': floats(new Array(width).fill(1.5), [1, width]),
      'an answer below 0': floats(new Array(width).fill(-0.5), [1, width]),
      'a NaN answer': floats(new Array(width).fill(NaN), [1, width]),
      'answers of another width': floats(new Array(width + 1).fill(0), [1, width + 1]),
    },
  };
}
