import * as tf from '@tensorflow/tfjs-core';
import { fittedCurve, lineChart, meanSquaredError, mlp, sgd, weightHistogram } from 'espalier';
import { type Lab, lossOf, type Measurement } from '@espalier-examples/studies-kit';
import { type Grid, kernels, outputs } from './layer-grids.js';
import { csvPoints, madeUpPoints, type Points } from './points.js';

const GRID = Array.from({ length: 201 }, (_, i) => -5 + i / 20);

/** The points given in the folder of the data, or made up. */
export async function regressionPoints(
  lab: Lab,
): Promise<{ readonly points: Points; readonly testPoints: Points; readonly isGiven: boolean }> {
  const given = await csvPoints(lab.dataFolder);
  const { train, test } = given ?? { train: madeUpPoints('train', 1), test: madeUpPoints('test', 1) };
  return { points: train, testPoints: test, isGiven: given !== undefined };
}

/** Part 1: a curve through points with gaps. */
export async function regression(lab: Lab): Promise<void> {
  const { points, testPoints, isGiven } = await regressionPoints(lab);
  const hidden = ['hidden_1', 'hidden_2'];
  const fitted = await lab.train({
    name: 'regression',
    train: points.data,
    test: testPoints.data,
    epochs: lab.size(250, 20),
    batchSize: 4,
    setup: (seed) => ({
      model: mlp({
        inputs: 1,
        hidden: [100, 100],
        outputs: 1,
        dropout: 0.1638,
        initializer: 'torchUniform',
        biasInitializer: 'torchUniform',
        seed,
      }),
      optimizer: sgd({ learningRate: 0.00035, momentum: 0.9, l2: 0.00025 }),
      loss: meanSquaredError(),
      metrics: [],
    }),
    measure: ({ model }) => {
      const x = tf.tensor2d(GRID, [GRID.length, 1]);
      const curves = outputs(model, [...hidden, 'output'], x);
      x.dispose();
      return { curves: { ...curves }, kernels: { ...kernels(model, [...hidden, 'output']) } } as never;
    },
  });
  const lastLoss = (run: Measurement) => run.epochs.at(-1)!['loss']!;
  lab.table({
    title: 'Regression with the best parameters of the search',
    text: `1-100-100-1, ReLU, dropout 0.1638, SGD with momentum 0.9, learning rate 0.00035, weight decay 0.00025, batches of 4, 250 epochs; ${isGiven ? 'the points given' : 'points of a made-up function with noise, for the study does not give its own, so that its losses do not compare'}.`,
    columns: [
      { label: 'train loss', of: lastLoss, digits: 3 },
      { label: 'train loss without dropout', of: lossOf('train'), digits: 3 },
      { label: 'test loss', of: lossOf('test'), digits: 3 },
    ],
    rows: [{ name: 'regression', runs: fitted, published: '0.38 - 0.17' }],
  });
  for (const run of fitted.slice(0, 1)) {
    const extra = run.extra as unknown as { curves: Record<string, Grid>; kernels: Record<string, Grid> };
    lab.picture(
      'fit',
      'The fitted curve with training and test points',
      fittedCurve({
        title: 'Fitted curve',
        curves: [
          { name: 'fitted', points: GRID.map((x, i) => ({ x, y: extra.curves['output']!.values[i]! })) },
        ],
        points: [
          { name: 'training points', points: points.x.map((x, i) => ({ x, y: points.y[i]! })) },
          { name: 'test points', points: testPoints.x.map((x, i) => ({ x, y: testPoints.y[i]! })) },
        ],
      }),
    );
    lab.picture(
      'weights',
      'Weights of each layer',
      Object.entries(extra.kernels).map(([name, kernel]) => weightHistogram({ name, ...kernel })),
    );
    lab.picture(
      'activations',
      'Activation profiles: what each unit of a layer gives at x = -2, 0 and 2.5',
      hidden.map((name) =>
        lineChart({
          title: name,
          xLabel: 'Unit',
          yLabel: 'Activation',
          series: [-2, 0, 2.5].map((x) => {
            const row = Math.round((x + 5) * 20);
            return {
              name: `x = ${x}`,
              points: extra.curves[name]!.values.slice(row * 100, row * 100 + 100),
            };
          }),
        }),
      ),
    );
  }
}
