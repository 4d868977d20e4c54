import { sizeOf, type stream } from '@espalier/core';

/** Where the numbers come from. */
type Stream = ReturnType<typeof stream>;

/** Which connections a variance is scaled by: those into a unit, out of it, or their mean. */
export type FanMode = 'fanIn' | 'fanOut' | 'fanAvg';

/** Shape of a distribution; a truncated normal is cut off at two deviations and rescaled to its variance. */
export type ScaledDistribution = 'truncatedNormal' | 'normal' | 'uniform';

/** Numbers and words in a distribution's formula. */
type Parameters = Readonly<Record<string, number | string>>;

interface Distribution {
  readonly parameters: Parameters;
  readonly draw: (shape: readonly number[], numbers: Stream, parameters: never) => Float64Array;
}

/** Words that a parameter takes. */
export const WORDS: Readonly<Record<string, readonly string[]>> = {
  mode: ['fanIn', 'fanOut', 'fanAvg'],
  distribution: ['truncatedNormal', 'normal', 'uniform'],
};

/** Standard deviation of a standard normal cut off at -2 and 2. */
const TRUNCATED_STD = 0.8796256610342398;

const glorot = (distribution: ScaledDistribution): Distribution => ({
  parameters: { gain: 1 },
  draw: (shape, numbers, { gain }: { gain: number }) =>
    scaled(shape, numbers, gain * gain, 'fanAvg', distribution),
});

const he = (distribution: ScaledDistribution): Distribution => ({
  parameters: { slope: 0, mode: 'fanIn' },
  draw: (shape, numbers, { slope, mode }: { slope: number; mode: FanMode }) =>
    scaled(shape, numbers, 2 / (1 + slope * slope), mode, distribution),
});

const lecun = (distribution: ScaledDistribution): Distribution => ({
  parameters: {},
  draw: (shape, numbers) => scaled(shape, numbers, 1, 'fanIn', distribution),
});

/** All distributions, by name, with the defaults of their parameters. */
export const DISTRIBUTIONS = {
  glorotUniform: { ...glorot('uniform'), parameters: { gain: 1 } },
  glorotNormal: { ...glorot('truncatedNormal'), parameters: { gain: 1 } },
  heUniform: { ...he('uniform'), parameters: { slope: 0, mode: 'fanIn' as FanMode } },
  heNormal: { ...he('truncatedNormal'), parameters: { slope: 0, mode: 'fanIn' as FanMode } },
  lecunUniform: { ...lecun('uniform'), parameters: {} },
  lecunNormal: { ...lecun('truncatedNormal'), parameters: {} },
  // 0: the fan of the parameter's own shape, which a bias has not.
  torchUniform: {
    parameters: { fanIn: 0 },
    draw: (shape, numbers, { fanIn }: { fanIn: number }) =>
      uniform(shape, numbers, 1 / Math.sqrt(Math.max(1, fanIn || fans(shape)[0]))),
  },
  varianceScaling: {
    parameters: {
      scale: 1,
      mode: 'fanIn' as FanMode,
      distribution: 'truncatedNormal' as ScaledDistribution,
    },
    draw: (shape, numbers, p: { scale: number; mode: FanMode; distribution: ScaledDistribution }) =>
      scaled(shape, numbers, p.scale, p.mode, p.distribution),
  },
  uniform: {
    parameters: { min: -0.05, max: 0.05 },
    draw: (shape, numbers, { min, max }: { min: number; max: number }) =>
      fill(shape, () => min + (max - min) * numbers.uniform()),
  },
  normal: {
    parameters: { mean: 0, stddev: 0.05 },
    draw: (shape, numbers, { mean, stddev }: { mean: number; stddev: number }) =>
      fill(shape, () => mean + stddev * numbers.normal()),
  },
  truncatedNormal: {
    parameters: { mean: 0, stddev: 0.05 },
    draw: (shape, numbers, { mean, stddev }: { mean: number; stddev: number }) =>
      fill(shape, () => mean + stddev * cutNormal(numbers)),
  },
  constant: {
    parameters: { value: 0 },
    draw: (shape, _, { value }: { value: number }) => fill(shape, () => value),
  },
  zeros: { parameters: {}, draw: (shape) => fill(shape, () => 0) },
  ones: { parameters: {}, draw: (shape) => fill(shape, () => 1) },
  orthogonal: {
    parameters: { gain: 1 },
    draw: (shape, numbers, { gain }: { gain: number }) => orthogonal(shape, numbers, gain),
  },
  identity: {
    parameters: { gain: 1 },
    draw: (shape, _, { gain }: { gain: number }) => identity(shape, gain),
  },
  dirac: { parameters: {}, draw: (shape) => identity(shape, 1) },
  sparse: {
    parameters: { sparsity: 0.1, stddev: 0.01 },
    draw: (shape, numbers, { sparsity, stddev }: { sparsity: number; stddev: number }) =>
      sparse(shape, numbers, sparsity, stddev),
  },
} as const satisfies Readonly<Record<string, Distribution>>;

/** Inputs and outputs that one weight's unit is connected to: the last two axes, times the field of a convolution. */
function fans(shape: readonly number[]): [fanIn: number, fanOut: number] {
  if (shape.length < 2) return [sizeOf(shape), sizeOf(shape)];
  const field = sizeOf(shape.slice(0, -2));
  return [field * shape.at(-2)!, field * shape.at(-1)!];
}

function scaled(
  shape: readonly number[],
  numbers: Stream,
  scale: number,
  mode: FanMode,
  distribution: ScaledDistribution,
): Float64Array {
  const [fanIn, fanOut] = fans(shape);
  const fan = { fanIn, fanOut, fanAvg: (fanIn + fanOut) / 2 }[mode];
  const std = Math.sqrt(scale / Math.max(1, fan));
  if (distribution === 'uniform') return uniform(shape, numbers, std * Math.sqrt(3));
  if (distribution === 'normal') return fill(shape, () => std * numbers.normal());
  return fill(shape, () => std * (cutNormal(numbers) / TRUNCATED_STD));
}

const uniform = (shape: readonly number[], numbers: Stream, limit: number): Float64Array =>
  fill(shape, () => limit * (2 * numbers.uniform() - 1));

function fill(shape: readonly number[], draw: () => number): Float64Array {
  const values = new Float64Array(sizeOf(shape));
  for (let i = 0; i < values.length; i++) values[i] = draw();
  return values;
}

function cutNormal(numbers: Stream): number {
  for (;;) {
    const value = numbers.normal();
    if (Math.abs(value) <= 2) return value;
  }
}

/** Rows and columns of a kernel as a matrix: the last axis, and all others. */
function matrixOf(shape: readonly number[]): [rows: number, columns: number] {
  const columns = shape.at(-1) ?? 1;
  return [sizeOf(shape) / Math.max(1, columns), columns];
}

/** Columns (rows, where there are fewer) of length `gain` at right angles, uniform among all such: normal numbers, by Gram and Schmidt. */
function orthogonal(shape: readonly number[], numbers: Stream, gain: number): Float64Array {
  const [rows, columns] = matrixOf(shape);
  const [count, length] = rows < columns ? [rows, columns] : [columns, rows];
  const vectors: Float64Array[] = [];
  for (let i = 0; i < count; i++) {
    const vector = fill([length], () => numbers.normal());
    // Twice is enough: what rounding left of the others is gone.
    for (let pass = 0; pass < 2; pass++) {
      for (const other of vectors) {
        let along = 0;
        for (let k = 0; k < length; k++) along += vector[k]! * other[k]!;
        for (let k = 0; k < length; k++) vector[k]! -= along * other[k]!;
      }
    }
    let square = 0;
    for (const value of vector) square += value * value;
    for (let k = 0; k < length; k++) vector[k]! /= Math.sqrt(square);
    vectors.push(vector);
  }
  const values = new Float64Array(rows * columns);
  for (let i = 0; i < values.length; i++) {
    const [row, column] = [Math.floor(i / columns), i % columns];
    values[i] = gain * (rows < columns ? vectors[row]![column]! : vectors[column]![row]!);
  }
  return values;
}

/** Passes inputs on unchanged: ones where input and output agree, in a convolution at the middle of its field. */
function identity(shape: readonly number[], gain: number): Float64Array {
  const values = new Float64Array(sizeOf(shape));
  const [inputs, outputs] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
  const middle = shape.slice(0, -2).reduce((at, size) => at * size + Math.floor(size / 2), 0);
  for (let i = 0; i < Math.min(inputs, outputs); i++) values[(middle * inputs + i) * outputs + i] = gain;
  return values;
}

/** Of each input's weights, the share `sparsity`, rounded up, is 0. */
function sparse(shape: readonly number[], numbers: Stream, sparsity: number, stddev: number): Float64Array {
  const [rows, columns] = matrixOf(shape);
  const values = fill(shape, () => stddev * numbers.normal());
  const zeros = Math.ceil(sparsity * columns);
  for (let row = 0; row < rows; row++) {
    const places = Array.from({ length: columns }, (_, i) => i);
    for (let i = 0; i < zeros; i++) {
      const other = i + Math.floor(numbers.uniform() * (columns - i));
      [places[i], places[other]] = [places[other]!, places[i]!];
      values[row * columns + places[i]!] = 0;
    }
  }
  return values;
}
