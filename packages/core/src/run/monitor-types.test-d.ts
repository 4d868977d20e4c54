/* Types alone: checked by the compiler (`npm run types`), never run. */
import type { Loss } from '../step/loss.js';
import type { Metric } from '../step/metric.js';
import type { TrainableModel } from '../model/model.js';
import type { Optimizer } from '../step/optimizer.js';
import type { Plugin } from './plugin.js';
import { Trainer } from './trainer.js';

declare const model: TrainableModel;
declare const loss: Loss;
declare const optimizer: Optimizer;
declare const accuracy: Metric<'accuracy', number>;
declare const matrix: Metric<'matrix', number[][]>;
declare function watch<const M extends string>(monitor: M): Plugin<M, never>;
declare const logger: Plugin<never, 'gradient_norm'>;
declare const anything: Plugin;

const parts = { model, loss, optimizer };

new Trainer({ ...parts, plugins: [watch('loss'), watch('val_loss'), watch('learning_rate')] });
new Trainer({ ...parts, metrics: [accuracy], plugins: [watch('accuracy'), watch('val_accuracy')] });
new Trainer({ ...parts, plugins: [logger, watch('gradient_norm')] });
new Trainer({ ...parts, plugins: [anything] });
const list: Plugin[] = [watch('loss')];
new Trainer({ ...parts, plugins: list });
new Trainer({ ...parts, plugins: [...list, watch('loss')] });
// Names of metrics by output are not known to the compiler: they are checked when the run starts.
new Trainer({ ...parts, metrics: { left: [accuracy] }, plugins: [watch('left_accuracy')] });

// @ts-expect-error nobody produces val_los
new Trainer({ ...parts, plugins: [watch('val_los')] });
// @ts-expect-error there is no metric of that name in this run
new Trainer({ ...parts, plugins: [watch('accuracy')] });
// @ts-expect-error one of two is wrong
new Trainer({ ...parts, metrics: [accuracy], plugins: [watch('accuracy'), watch('val_acuracy')] });
// @ts-expect-error a matrix is no number
new Trainer({ ...parts, metrics: [matrix], plugins: [watch('val_matrix')] });
// @ts-expect-error nobody logs it
new Trainer({ ...parts, plugins: [watch('gradient_norm')] });
