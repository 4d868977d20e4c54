import { lineChart } from 'espalier';
import { parameterImportances, type TrialRecord } from '@espalier/tuning';
import { deviation, type Lab, mean } from '@espalier-examples/studies-kit';
import { readSample, type Sample } from './sample.js';
import { publishedRegression, type RegressionParameters, type RegressionStudy } from './spaces.js';
import type { Spent } from './spent.js';

type Kept = TrialRecord<RegressionParameters>;

/** Tables and pictures of the search. */
export async function showRegressionSearch(
  lab: Lab,
  {
    whole,
    pruned,
    published,
    best,
    threads,
  }: {
    readonly whole: RegressionStudy;
    readonly pruned: RegressionStudy;
    /** Losses over folds of the published configuration, and of the one found, with several seeds. */
    readonly published: readonly number[];
    readonly best: readonly number[];
    readonly threads: number;
  },
): Promise<void> {
  const found = whole.best!;
  const failed = whole.trials.filter(({ state }) => state === 'failed').length;
  const better = whole.trials.filter(({ values }) => values && values[0]! < mean(published)).length;
  const cells = ({ epochs, batchSize, hidden1, hidden2, optimizer, ...rest }: RegressionParameters) => [
    String(epochs),
    String(batchSize),
    `${hidden1}-${hidden2}`,
    optimizer,
    rest.learningRate.toPrecision(3),
    rest.dropout.toFixed(4),
    rest.weightDecay.toPrecision(3),
  ];
  const scored = (losses: readonly number[]) =>
    losses.length === 0 ? 'not run' : `${mean(losses).toFixed(4)} ± ${deviation(losses).toFixed(4)}`;
  lab.textTable({
    title: 'Random search of the regression',
    text:
      `${whole.trials.length} configurations, each scored by the mean validation loss of five folds of the 100 points, the same folds for all; ${failed} of them diverged; ` +
      `the published best scored by these folds. Means ± standard deviations over five seeds; the score that won the search, of one seed, is ${found.values![0]!.toFixed(4)}.` +
      (published.length === 0
        ? ''
        : ` Of the ${whole.trials.length}, ${better} scored better than the published one.`),
    columns: [
      'configuration',
      'epochs',
      'batch',
      'hidden',
      'optimizer',
      'learning rate',
      'dropout',
      'weight decay',
      'loss over folds',
    ],
    rows: [
      ['published best', ...cells(publishedRegression), scored(published)],
      [`best of the search (trial ${found.number})`, ...cells(found.parameters), scored(best)],
      ...whole.trials
        .filter(({ state, number }) => state === 'complete' && number !== found.number)
        .sort((a, b) => a.values![0]! - b.values![0]!)
        .slice(0, 4)
        .map((trial) => [
          `trial ${trial.number}`,
          ...cells(trial.parameters),
          `${trial.values![0]!.toFixed(4)} (one seed)`,
        ]),
    ],
  });
  lab.textTable({
    title: 'What the search depends on',
    text: 'Shares of the variance of the score over all configurations (fANOVA).',
    columns: ['parameter', 'share'],
    rows: Object.entries(parameterImportances(whole)).map(([name, share]) => [name, share.toFixed(3)]),
  });
  const [all, early] = [timeOf(whole.trials), timeOf(pruned.trials)];
  const lost = pruned.trials.filter(({ state }) => state === 'pruned').length;
  const row = (name: string, study: RegressionStudy, { wall, cpu }: Spent) => [
    name,
    String(study.trials.length),
    String(study.trials.filter(({ state }) => state === 'complete').length),
    study.best ? study.best.values![0]!.toFixed(4) : '',
    (cpu / 60).toFixed(1),
    (wall / 60).toFixed(1),
  ];
  lab.textTable({
    title: 'Time of the random search',
    text: `${threads} threads. CPU time is that of the whole process; wall time was taken while other work ran on the machine. With pruning, a trial stops where its loss of a fold is worse than the median of the trials before it, looked at every 25 epochs: ${lost} of ${pruned.trials.length} stopped early.`,
    columns: [
      'search',
      'configurations',
      'run to their end',
      'best loss over folds',
      'CPU minutes',
      'wall minutes',
    ],
    rows: [
      row('without pruning', whole, all),
      ...(pruned.trials.length > 0 ? [row('with pruning', pruned, early)] : []),
    ],
  });
  const sample = await readSample();
  if (sample && !lab.quick) besidePeer(lab, sample, all);
  const complete = whole.trials.filter(({ state }) => state === 'complete');
  let least = Infinity;
  lab.picture(
    'search-history',
    'The random search: loss over five folds of each configuration, and the best so far',
    lineChart({
      title: 'Random search of the regression',
      xLabel: 'Trial',
      yLabel: 'Validation loss, mean of five folds',
      yScale: 'log',
      series: [
        { name: 'configuration', kind: 'points', points: complete.map(pointOf) },
        {
          name: 'best so far',
          points: complete.map(({ number, values }) => ({
            x: number,
            y: (least = Math.min(least, values![0]!)),
          })),
        },
      ],
    }),
  );
}

/** Both on the same configurations: in all, and by batch size, on which the ratio hangs. */
function besidePeer(lab: Lab, { configurations, pytorch }: Sample, search: Spent): void {
  const rowOf = (name: string, some: Sample['configurations']): string[] => {
    const sum = (of: (one: (typeof some)[number]) => number) =>
      some.reduce((total, one) => total + of(one), 0);
    const steps = sum((one) => one.steps);
    const [ours, theirs] = [sum((one) => one.espalier.cpu), sum((one) => one.pytorch.cpu)];
    const [ourWall, theirWall] = [sum((one) => one.espalier.wall), sum((one) => one.pytorch.wall)];
    const micro = (seconds: number) => ((1e6 * seconds) / steps).toFixed(0);
    return [
      name,
      String(some.length),
      `${ours.toFixed(1)} (${micro(ours)} µs a step)`,
      `${theirs.toFixed(1)} (${micro(theirs)} µs a step)`,
      `${(theirs / ours).toFixed(1)} x`,
      `${(theirWall / ourWall).toFixed(1)} x`,
    ];
  };
  const [ours, theirs] = (['espalier', 'pytorch'] as const).map((who) =>
    configurations.reduce((sum, one) => sum + one[who].cpu, 0),
  ) as [number, number];
  const sizes = [...new Set(configurations.map(({ parameters }) => parameters.batchSize))].sort(
    (a, b) => a - b,
  );
  lab.textTable({
    title: 'The search beside PyTorch',
    text:
      `The first ${configurations.length} configurations of the search, all epochs, each by both in turn on the same machine, one thread each (search-sample.json lists them): ` +
      `Espalier five folds, with compiling its steps; PyTorch ${pytorch}, eager, the loss read once an epoch, one fold, its time taken five times. ` +
      `Scaled by Espalier's CPU time of the whole search, PyTorch's would be ${((theirs * search.cpu) / ours / 60).toFixed(0)} minutes of CPU, against ${(search.cpu / 60).toFixed(1)}. ` +
      'The ratio hangs on the batch size: what a step costs beside its arithmetic is where PyTorch loses.',
    columns: [
      'configurations',
      'number',
      'Espalier, CPU s',
      'PyTorch, CPU s',
      'ratio of CPU time',
      'ratio of wall time',
    ],
    rows: [
      rowOf('all', configurations),
      ...sizes.map((size) =>
        rowOf(
          `batches of ${size}`,
          configurations.filter(({ parameters }) => parameters.batchSize === size),
        ),
      ),
    ],
  });
}

const pointOf = ({ number, values }: Kept) => ({ x: number, y: values![0]! });

/** What all trials noted, added up: also of times that the search was interrupted between. */
function timeOf(trials: readonly Kept[]): Spent {
  return trials.reduce(
    (sum, { notes }) => {
      const { wall = 0, cpu = 0 } = (notes['spent'] ?? {}) as Partial<Spent>;
      return { wall: sum.wall + wall, cpu: sum.cpu + cpu };
    },
    { wall: 0, cpu: 0 },
  );
}
