import type * as tfl from '@tensorflow/tfjs-layers';

/**
 * Builds a Sequential that is not yet, as its first forward pass would: that makes every weight trainable again, also one whose
 * `trainable` was set to false. Here they stay as they are.
 */
export function buildSequential(model: tfl.LayersModel, layers: readonly tfl.layers.Layer[]): void {
  const { model: inner, build } = model as unknown as { model?: unknown; build?(): void };
  if (model.getClassName() !== 'Sequential' || inner || !build) return;
  const weights = layers.flatMap((layer) => layer.weights as unknown as { trainable: boolean }[]);
  const before = weights.map(({ trainable }) => trainable);
  build.call(model);
  weights.forEach((weight, i) => (weight.trainable = before[i]!));
}
