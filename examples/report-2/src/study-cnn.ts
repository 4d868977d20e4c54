import { cnn } from 'espalier';

/** The convolutional network of the study: two blocks of 16 and 32 filters, dense layers of 128 and 64 units. */
export const studyCnn = (seed: number): ReturnType<typeof cnn> =>
  cnn({
    inputs: [28, 28, 1],
    outputs: 10,
    filters: [16, 32],
    dense: [128, 64],
    dropout: 0.25,
    batchNormalizationMomentum: 0.9,
    initializer: 'torchUniform',
    seed,
  });
