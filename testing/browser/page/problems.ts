import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Dataset } from '@espalier/core';
import { cnn, mlp } from '@espalier/models';

/** What is trained. */
export type Problem = 'mlp' | 'cnn';

const shapes = { mlp: [16], cnn: [8, 8, 1] } as const;

/** Always the same model: dropout and batch normalisation, convolutions and pooling. */
export function modelFor(problem: Problem): LayersModel {
  return problem === 'mlp'
    ? mlp({
        inputs: 16,
        hidden: [16, 8],
        outputs: 3,
        dropout: 0.2,
        batchNormalization: 'before-activation',
        seed: 1,
      })
    : cnn({ inputs: [8, 8, 1], filters: [4, 8], dense: [16], outputs: 3, dropout: 0.2, seed: 1 });
}

/** 40 examples in three classes that differ by the brightness of their first elements. */
export function datasetFor(problem: Problem): Dataset {
  const shape = shapes[problem];
  const elements = shape.reduce((product: number, extent) => product * extent, 1);
  const label = (example: number): number => example % 3;
  const value = (example: number, i: number): number =>
    i < 8 ? 60 + 60 * label(example) + ((example * 31 + i * 17) % 40) : (example * 89 + i * 57) % 256;
  return {
    size: 40,
    inputs: { input: { shape: [...shape], dtype: 'float32' } },
    targets: { label: { shape: [], dtype: 'int32' } },
    batch: (indices) => ({
      inputs: {
        input: {
          data: Uint8Array.from({ length: indices.length * elements }, (_, i) =>
            value(indices[Math.floor(i / elements)]!, i % elements),
          ),
          shape: [indices.length, ...shape],
          dtype: 'float32',
          scale: 1 / 255,
        },
      },
      targets: {
        label: { data: Int32Array.from(indices, label), shape: [indices.length], dtype: 'int32' },
      },
    }),
  };
}
