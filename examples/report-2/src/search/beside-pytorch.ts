/*
 * Some configurations of the random search by Espalier (five folds) and by PyTorch (one fold, its time times five) in turn, one thread each:
 *   node --conditions=@espalier/source --import tsx examples/report-2/src/search/beside-pytorch.ts PYTHON [COUNT]
 */
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { compiled, useBackend, wasm } from 'espalier';
import { createStudy, randomSampler } from '@espalier/tuning';
import { machine } from '@espalier-examples/studies-kit';
import { madeUpPoints } from '../points.js';
import { type Sample, sampleFile } from './sample.js';
import { scoreConfiguration } from './score-configuration.js';
import { regressionSpace } from './spaces.js';
import { spent, type Spent } from './spent.js';

const [python, count = '24'] = process.argv.slice(2);
if (!python) throw new Error('give the Python that has PyTorch');
const peer = spawn(python, [fileURLToPath(new URL('../../peers/pytorch_folds.py', import.meta.url))], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
const answers = createInterface({ input: peer.stdout })[Symbol.asyncIterator]();
const answer = async () => JSON.parse((await answers.next()).value as string) as unknown;
const { version } = (await answer()) as { version: string };

await useBackend(wasm());
const executor = compiled({ target: 'wasm' });
const { x, y } = madeUpPoints('train', 1);
const quiet = { signal: new AbortController().signal, report: () => {} };
const study = await createStudy({
  name: 'search-regression',
  space: regressionSpace,
  sampler: randomSampler(),
  seed: 1,
});
const configurations: Sample['configurations'][number][] = [];
while (configurations.length < Number(count)) {
  const trial = await study.ask();
  const { parameters, seed, number } = trial;
  const since = spent();
  const { mean, steps } = await scoreConfiguration({ parameters, seed, x, y, shorter: 1 }, executor, quiet);
  const espalier = { ...since(), loss: mean };
  peer.stdin.write(`${JSON.stringify({ ...parameters, seed, x, y, folds: 1 })}\n`);
  const fold = (await answer()) as Spent & { loss: number };
  // Folds cost the same, and this machine's time is short.
  const pytorch = { wall: 5 * fold.wall, cpu: 5 * fold.cpu, loss: fold.loss };
  await study.tell(trial, mean);
  configurations.push({ trial: number, parameters, steps, espalier, pytorch });
  console.log(number, steps, 'steps', espalier, pytorch, `${(pytorch.cpu / espalier.cpu).toFixed(1)} x`);
  const sample: Sample = { pytorch: version, machine: machine(), configurations };
  await writeFile(sampleFile, `${JSON.stringify(sample, null, 1)}\n`);
}
peer.stdin.end();
