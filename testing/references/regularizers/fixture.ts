import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import type { Plugin, StepContext, Tensors } from '@espalier/core';

type Values = Readonly<Record<string, readonly number[]>>;

/** A penalty with L1 and L2 terms, its value and its gradients. */
export interface PenaltyCase {
  readonly scaling: 'sum' | 'half' | 'per-sample' | 'norm';
  readonly l1: number;
  readonly l2: number;
  readonly value: number;
  readonly gradients: Values;
}

/** regularizers.json. */
export interface RegularizerFixture {
  readonly batchSize: number;
  readonly shapes: Readonly<Record<string, number[]>>;
  readonly parameters: Values;
  readonly penalties: readonly PenaltyCase[];
  readonly proximal: { readonly learningRate: number; readonly lambda: number; readonly after: Values };
  readonly weightDecay: {
    readonly learningRate: number;
    readonly rate: number;
    readonly adam: Values;
    readonly adamw: Values;
  };
  readonly maxNorm: { readonly max: number; readonly after: Values };
  readonly labelSmoothing: Readonly<Record<'logits' | 'labels' | 'losses', number[]>> & {
    readonly alpha: number;
  };
}

/** What PyTorch computed. */
export const fixture = JSON.parse(
  readFileSync(new URL('./regularizers.json', import.meta.url), 'utf8'),
) as RegularizerFixture;

/** The fixture's values as tensors. */
export function toTensors(values: Values = fixture.parameters): Tensors {
  return Object.fromEntries(
    Object.entries(values).map(([name, data]) => [
      name,
      tf.tensor([...data], fixture.shapes[name]!, 'float32'),
    ]),
  );
}

/** A plain copy of a tensor's values. */
export function read(tensor: tf.Tensor | undefined): number[] {
  return Array.from(tensor!.dataSync());
}

/** A penalty's value and its gradients with respect to all kernels. */
export function valueAndGradients(
  plugin: Plugin,
  step: StepContext,
  parameters: Tensors = toTensors(),
): { value: number; gradients: Record<string, number[]> } {
  return tf.tidy(() => {
    const names = Object.keys(parameters).filter((name) => name.endsWith('kernel'));
    const objective = (...kernels: tf.Tensor[]): tf.Scalar =>
      plugin.penalty!(
        { ...parameters, ...Object.fromEntries(names.map((name, i) => [name, kernels[i]!])) },
        step,
      );
    const { value, grads } = tf.valueAndGrads(objective)(names.map((name) => parameters[name]!));
    return {
      value: value.dataSync()[0]!,
      gradients: Object.fromEntries(names.map((name, i) => [name, read(grads[i])])),
    };
  });
}

/** Asserts nothing itself: the largest error of `actual` relative to `expected`, absolute below `floor`. */
export function largestError(actual: readonly number[], expected: readonly number[], floor = 1e-30): number {
  if (actual.length !== expected.length) return Infinity;
  const errors = expected.map((value, i) => Math.abs(actual[i]! - value) / Math.max(Math.abs(value), floor));
  return errors.some(Number.isNaN) ? Infinity : Math.max(0, ...errors);
}
