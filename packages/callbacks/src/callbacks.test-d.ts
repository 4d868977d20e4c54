import type { Loss, Metric, Optimizer, Plugin } from '@espalier/core';
import { Trainer } from '@espalier/core';
import type { Sequential } from '@tensorflow/tfjs-layers';
import { earlyStopping, modelCheckpoint, nanGuard, reduceLROnPlateau } from './index.js';

declare const parts: { model: Sequential; loss: Loss; optimizer: Optimizer };
declare const accuracy: Metric<'accuracy', number>;

// What a plugin monitors is part of its type.
earlyStopping({ monitor: 'val_loss' }) satisfies Plugin<'val_loss', never>;
modelCheckpoint({ directory: 'd' }) satisfies Plugin<never, never>;
modelCheckpoint({ directory: 'd', monitor: 'loss' }) satisfies Plugin<'loss', never>;
// @ts-expect-error -- it monitors val_loss.
earlyStopping({ monitor: 'val_loss' }) satisfies Plugin<'loss', never>;

new Trainer({
  ...parts,
  metrics: [accuracy],
  plugins: [
    earlyStopping({ monitor: 'val_accuracy' }),
    reduceLROnPlateau({ monitor: 'val_loss' }),
    modelCheckpoint({ directory: 'd' }),
    nanGuard(),
  ],
});

new Trainer({
  ...parts,
  metrics: [accuracy],
  // @ts-expect-error -- no metric is called val_acc.
  plugins: [earlyStopping({ monitor: 'val_acc' })],
});

new Trainer({
  ...parts,
  // @ts-expect-error -- without metrics there is no accuracy.
  plugins: [reduceLROnPlateau({ monitor: 'accuracy' })],
});
