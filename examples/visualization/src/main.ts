import '@tensorflow/tfjs-backend-cpu';
import { stream } from '@espalier/core';
import {
  confusionMatrixChart,
  decisionBoundary,
  decisionGrid,
  htmlReport,
  learningCurves,
  lineChart,
  toPng,
  weightHeatMap,
  weightHistogram,
  writeReport,
  type Chart,
  type NamedRun,
  type ReportSection,
} from '@espalier/visualization';
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { spirals, type Points } from './spirals.js';

const classes = ['arm 1', 'arm 2', 'arm 3'];
const train = spirals(100, stream(7, 'train', 0));
const test = spirals(60, stream(7, 'test', 0));

const { inputs: places, ...grid } = decisionGrid({ around: train.points });

await tf.setBackend('cpu');
const runs: NamedRun[] = [];
const sections: ReportSection[] = [];
const boundaries: Chart[] = [];
const rows: (string | number)[][] = [];
for (const units of [4, 32]) {
  const name = `2-${units}-${units}-3`;
  const { history, confusion, model } = await trainModel(units);
  const last = history.at(-1)!;
  const [kernel] = model.layers[1]!.getWeights();
  const weights = { name: 'hidden_2/kernel', shape: kernel!.shape, values: await kernel!.data() };
  const answers = tf.tidy(() => model.predict(tf.tensor2d(places, [places.length / 2, 2])) as tf.Tensor);
  const regions = decisionBoundary({
    title: `${name}: regions and test points`,
    grid,
    probabilities: await answers.data(),
    points: test.points.map(([x, y], i) => ({ x, y, label: test.labels[i]! })),
    classNames: classes,
  });
  answers.dispose();
  boundaries.push(regions);
  runs.push({ name, history: { epochs: history } });
  rows.push([name, model.countParams(), last.accuracy! * 100, last.val_accuracy! * 100, last.val_loss!]);
  sections.push({
    title: name,
    collapsed: true,
    charts: [confusionMatrixChart(confusion, classes), weightHeatMap(weights), weightHistogram(weights)],
  });
  if (units === 32) {
    const png = await toPng(confusionMatrixChart(confusion, classes));
    console.log(`picture: ${await writeReport('runs/confusion.png', png)}`);
  }
  model.dispose();
}

const html = await htmlReport({
  title: 'Three spirals',
  subtitle: `${train.labels.length} training and ${test.labels.length} test points, Adam 0.03, batch 32`,
  summary: {
    columns: [
      'Model',
      'Parameters',
      { label: 'Train accuracy', digits: 1, unit: ' %', best: 'max' },
      { label: 'Test accuracy', digits: 1, unit: ' %', best: 'max' },
      { label: 'Test loss', digits: 3, best: 'min' },
    ],
    rows,
  },
  sections: [
    { title: 'Data', text: 'Each arm is a class.', charts: [dataChart(train)] },
    { title: 'Learning curves', charts: learningCurves(runs) },
    { title: 'What each model takes for which arm', charts: boundaries },
    ...sections,
  ],
});
for (const [name, parameters, trained, tested] of rows) {
  console.log(
    `${name}: ${parameters} parameters, train ${Number(trained).toFixed(1)} %, test ${Number(tested).toFixed(1)} %`,
  );
}
console.log(`report: ${await writeReport('runs/report.html', html)}`);

async function trainModel(units: number) {
  const init = (seed: number) => layers.initializers.glorotUniform({ seed });
  const model = layers.sequential({
    layers: [
      layers.layers.dense({ units, activation: 'tanh', inputShape: [2], kernelInitializer: init(1) }),
      layers.layers.dense({ units, activation: 'tanh', kernelInitializer: init(2) }),
      layers.layers.dense({ units: 3, activation: 'softmax', kernelInitializer: init(3) }),
    ],
  });
  model.compile({ optimizer: tf.train.adam(0.03), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  const [x, y] = tensors(train);
  const [testX, testY] = tensors(test);
  const { history: logs } = await model.fit(x, y, {
    epochs: 40,
    batchSize: 32,
    shuffle: false,
    verbose: 0,
    validationData: [testX, testY],
  });
  const history = (logs['loss'] as number[]).map((loss, epoch) => ({
    epoch,
    loss,
    val_loss: logs['val_loss']![epoch] as number,
    accuracy: logs['acc']![epoch] as number,
    val_accuracy: logs['val_acc']![epoch] as number,
  }));
  const predicted = tf.tidy(() => tf.argMax(model.predict(testX) as tf.Tensor2D, 1));
  const confusion = classes.map(() => classes.map(() => 0));
  (await predicted.data()).forEach((guess, i) => confusion[test.labels[i]!]![guess]!++);
  tf.dispose([x, y, testX, testY, predicted]);
  return { history, confusion, model };
}

function tensors({ points, labels }: Points): [tf.Tensor2D, tf.Tensor2D] {
  return [
    tf.tensor2d(points),
    tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), 3), 'float32') as tf.Tensor2D),
  ];
}

function dataChart({ points, labels }: Points) {
  return lineChart({
    title: 'Training points',
    width: 360,
    height: 360,
    series: classes.map((name, label) => ({
      name,
      kind: 'points' as const,
      points: points.flatMap(([x, y], i) => (labels[i] === label ? [{ x, y }] : [])),
    })),
  });
}
