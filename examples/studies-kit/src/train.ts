import {
  accuracy,
  type Dataset,
  type Executor,
  fingerprint,
  type Json,
  type Metric,
  progressBar,
  softmaxCrossEntropy,
  Trainer,
} from 'espalier';
import type { Measurement, RunPlan, RunSetup } from './run-plan.js';
import type { StatusLine } from './status-line.js';

/** All that decides what a run comes to, as JSON: another plan, another text. */
export function describeRun(plan: RunPlan<Json>, seed: number, setup: RunSetup): string {
  const { name, train, validation, test, epochs, batchSize } = plan;
  const named = (part: { readonly name: string; readonly config?: Json }): Json => [
    part.name,
    part.config ?? null,
  ];
  const data = (set: Dataset | undefined): Json => (set ? [set.size, fingerprint(set)] : null);
  return JSON.stringify({
    name,
    seed,
    epochs,
    batchSize,
    data: [data(train), data(validation), data(test)],
    // Not the model's own name, which counts the models of the process.
    model: setup.model.layers.map((layer) => [layer.getClassName(), layer.getConfig()]),
    optimizer: named(setup.optimizer),
    loss: setup.loss ? named(setup.loss) : null,
    plugins: (setup.plugins ?? []).map(named),
  });
}

/** The metrics of a run. */
export const metricsOf = ({ metrics }: RunSetup): readonly Metric[] => metrics ?? [accuracy()];

/** Trains one run and measures it on all parts of the data; `status` shows each epoch. The model is disposed. */
export async function trainOnce<E extends Json>(
  plan: RunPlan<E>,
  seed: number,
  setup: RunSetup,
  executor: Executor,
  signal: AbortSignal,
  status?: StatusLine,
): Promise<Measurement<E>> {
  const { name, train, validation, test, epochs, batchSize } = plan;
  const trainer = new Trainer({
    model: setup.model,
    loss: setup.loss ?? softmaxCrossEntropy(),
    optimizer: setup.optimizer,
    metrics: metricsOf(setup),
    plugins: [
      ...(setup.plugins ?? []),
      ...(status ? [progressBar({ label: `${name}, seed ${seed}`, stream: status, plain: true })] : []),
    ],
    seed,
    executor,
  }) as Trainer;
  try {
    const [startedAt, cpuAt] = [performance.now(), process.cpuUsage()];
    const record = await trainer.fit(train, { epochs, batchSize, signal, ...(validation && { validation }) });
    const seconds = (performance.now() - startedAt) / 1000;
    const { user, system } = process.cpuUsage(cpuAt);
    signal.throwIfAborted();
    return {
      name,
      seed,
      train: await trainer.evaluate(train),
      ...(validation && { validation: await trainer.evaluate(validation) }),
      test: await trainer.evaluate(test),
      epochs: record.epochs,
      ...(record.stopReason !== undefined && { stopReason: record.stopReason }),
      executor: record.executor,
      seconds,
      cpuSeconds: (user + system) / 1e6,
      extra: plan.measure ? await plan.measure({ trainer, model: setup.model, record, seed }) : (null as E),
    };
  } finally {
    setup.model.dispose();
  }
}
