/* Types alone: a program of a user, without a cast, checked by the compiler and never run. */
import {
  accuracy,
  adam,
  confusionMatrix,
  csvLogger,
  type Dataset,
  earlyStopping,
  ema,
  meanSquaredError,
  mlp,
  type Plugin,
  softmaxCrossEntropy,
  Trainer,
} from './index.js';

declare const data: Dataset;
const model = mlp({ inputs: 2, hidden: [], outputs: 2, seed: 1 });
const parts = { model, loss: softmaxCrossEntropy(), optimizer: adam({ learningRate: 0.01 }) };

export async function program(): Promise<string> {
  const trainer = new Trainer({
    ...parts,
    metrics: [accuracy(), confusionMatrix({ classes: 2, name: 'table' })],
    plugins: [csvLogger({ path: 'log.csv' }), ema(), earlyStopping({ monitor: 'val_accuracy' })],
  });
  const record = await trainer.fit(data, { epochs: 3, validation: data });
  const last: number | undefined = record.epochs.at(-1)?.['val_loss'];
  const values = await trainer.evaluate(data);
  const loss: number = values.loss;
  const share: number = values.accuracy;
  const table: number[][] = values.table;
  // @ts-expect-error a matrix is no number
  const wrong: number = values.table;
  // @ts-expect-error nobody measures it
  console.log(values.accuracyy);
  return `${last} ${loss.toFixed(3)} ${(100 * share).toFixed(1)} % ${table.length} ${wrong}`;
}

export async function withoutMetrics(): Promise<number> {
  const trainer = new Trainer({ ...parts, loss: meanSquaredError() });
  return (await trainer.evaluate(data)).loss;
}

export async function byOutput(): Promise<number> {
  const trainer = new Trainer({ ...parts, metrics: { output: [accuracy()] } });
  const values = await trainer.evaluate(data);
  const share = values['output_accuracy'];
  return typeof share === 'number' ? share + values.loss : values.loss;
}

// Metrics and plugins written where they are given, as in every example.
new Trainer({
  ...parts,
  metrics: [accuracy()],
  // @ts-expect-error misspelt
  plugins: [csvLogger({ path: 'log.csv' }), earlyStopping({ monitor: 'val_los' })],
});
// @ts-expect-error misspelt, without metrics
new Trainer({ ...parts, plugins: [earlyStopping({ monitor: 'val_los' })] });
// @ts-expect-error a metric that the run does not have
new Trainer({ ...parts, metrics: [accuracy()], plugins: [earlyStopping({ monitor: 'val_table' })] });

/** A list that is put together first may monitor anything: the run checks it. */
export function listed(extra: readonly Plugin[]): Trainer {
  return new Trainer({ ...parts, plugins: [...extra, earlyStopping({ monitor: 'val_loss' })] });
}
