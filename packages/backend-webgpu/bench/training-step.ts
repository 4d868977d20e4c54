/**
 * Training steps on stock tfjs WebGPU and on this package, in two processes that take turns, and in PyTorch.
 *
 * Run: node --conditions=@espalier/source --import tsx packages/backend-webgpu/bench/training-step.ts
 *   [--steps N] [--rounds N] [--models mlp,wide,cnn] [--torch PYTHON] [--json FILE]
 */
import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { models } from './models.js';

const { values: options } = parseArgs({
  options: {
    steps: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '5' },
    models: { type: 'string', default: Object.keys(models).join(',') },
    torch: { type: 'string' },
    json: { type: 'string' },
  },
});
const [steps, rounds] = [Number(options.steps), Number(options.rounds)];

interface Answer {
  readonly ready?: boolean;
  readonly ms?: number;
  readonly error?: string;
}

const beside = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

function answer(child: ChildProcess): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void => reject(new Error(`the worker ended with code ${code}`));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve(message as Answer);
    });
  });
}

async function worker(engine: string): Promise<(model: string) => Promise<Answer>> {
  const child = fork(beside('./worker.ts'), [engine], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  await answer(child);
  process.once('exit', () => child.kill());
  return (model) => {
    const reply = answer(child);
    child.send({ model, steps });
    return reply;
  };
}

function torch(python: string, model: string): readonly [device: string, ms: number] {
  const [device, ms] = execFileSync(python, [beside('./torch_step.py'), model, String(steps)], {
    encoding: 'utf8',
  })
    .trim()
    .split(' ');
  return [device!, Number(ms)];
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

const engines: Readonly<Record<string, (model: string) => Promise<Answer>>> = {
  ours: await worker('ours'),
  'stock tfjs webgpu': await worker('stock'),
};
const rows: unknown[] = [];
for (const model of options.models.split(',')) {
  const times: Record<string, number[]> = {};
  for (let round = 0; round < rounds; round++) {
    for (const [name, measure] of Object.entries(engines)) {
      const { ms, error } = await measure(model);
      if (error !== undefined) throw new Error(`${name}: ${error}`);
      (times[name] ??= []).push(ms!);
    }
    if (options.torch) {
      const [device, ms] = torch(options.torch, model);
      (times[`PyTorch eager (${device})`] ??= []).push(ms);
    }
  }
  const { ours, ...others } = Object.fromEntries(
    Object.entries(times).map(([name, all]) => [name, median(all)]),
  );
  rows.push({ case: models[model]!.title, engine: 'backend-webgpu', oursMs: ours, peers: others });
  console.log(`${models[model]!.title}: ${ours!.toFixed(2)} ms a step`);
  for (const [name, ms] of Object.entries(others))
    console.log(`  ours / ${name}: ${(ours! / ms).toFixed(2)}`);
}
if (options.json) writeFileSync(options.json, `${JSON.stringify(rows, null, 2)}\n`);
process.exit(0);
