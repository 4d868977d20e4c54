import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { sizeOf, stream } from '@espalier/core';
import { compileStep } from '@espalier/compile';
import type { HostTensor } from '@espalier/compile';
import type { BenchModel } from './models.js';
import { adamScalars, adamStep, cnn, mlp, stepShapes } from './models.js';

const { values: options } = parseArgs({
  options: {
    torch: { type: 'string' },
    threads: { type: 'string', default: '1' },
    profile: { type: 'string' },
    only: { type: 'string', default: '' },
    rounds: { type: 'string', default: '5' },
  },
});

/** The middle one: other work on the machine disturbs means. */
function median(list: number[]): number {
  return [...list].sort((a, b) => a - b)[list.length >> 1]!;
}

const models: BenchModel[] = [
  mlp([784, 64, 64, 10]),
  mlp([784, 128, 128, 10]),
  mlp([784, 256, 128, 64, 10]),
  mlp([784, 800, 800, 800, 10]),
  mlp([784, 800, 800, 800, 10], 10),
  cnn(),
];

function uniform(name: string, shape: readonly number[], low: number, high: number): HostTensor {
  const numbers = stream(1, name, 0);
  const data = Float32Array.from({ length: sizeOf(shape) }, () => low + (high - low) * numbers.uniform());
  return { data, shape, dtype: 'float32' };
}

/** Milliseconds of one step, as many times as `rounds`. */
async function time(model: BenchModel): Promise<(round: number) => Promise<number>> {
  const started = performance.now();
  const compiled = await compileStep(adamStep(model) as never, stepShapes(model) as never, {
    carry: { parameters: 'parameters', m: 'm', v: 'v' },
    threads: Number(options.threads),
    ...(options.profile === undefined ? {} : { profile: options.profile }),
  });
  console.error(`${model.name}: compiled in ${(performance.now() - started).toFixed(0)} ms`);
  for (const [name, shape] of Object.entries(model.parameters)) {
    const bound = Math.sqrt(1 / Math.max(1, sizeOf(shape.slice(0, -1))));
    compiled.writeState({
      [`parameters/${name}`]: uniform(
        name,
        shape,
        name.startsWith('g') ? 1 : -bound,
        name.startsWith('g') ? 1 : bound,
      ),
    });
  }
  const x = uniform('x', [model.batch, ...model.input], 0, 1);
  const labels: HostTensor = {
    data: new Float32Array(model.batch * 10),
    shape: [model.batch, 10],
    dtype: 'float32',
  };
  for (let i = 0; i < model.batch; i++) labels.data[i * 10 + (i % 10)] = 1;
  const scalar = (value: number): HostTensor => ({
    data: Float32Array.of(value),
    shape: [],
    dtype: 'float32',
  });
  let t = 0;
  const step = async (): Promise<number> => {
    t++;
    const result = await compiled.run({
      x,
      labels,
      scale: scalar(adamScalars(t).scale),
      epsilon: scalar(adamScalars(t).epsilon),
    } as never);
    return (result as unknown as { loss: HostTensor }).loss.data[0]!;
  };
  const first = await step();
  return async (round) => {
    const begin = performance.now();
    const times: number[] = [];
    let loss = 0;
    while (times.length < 5 || performance.now() - begin < 500) {
      const started = performance.now();
      loss = await step();
      times.push(performance.now() - started);
    }
    const ms = median(times);
    if (round === Number(options.rounds) - 1) {
      console.error(`${model.name}: loss ${first} -> ${loss}`);
      await compiled.dispose();
    }
    return ms;
  };
}

function torch(model: BenchModel): number {
  const script = fileURLToPath(new URL('./torch_step.py', import.meta.url));
  const kind = model.name.startsWith('cnn') ? 'cnn' : model.name.split(' ')[0]!;
  const run = spawnSync(options.torch!, [script, kind, String(model.batch), options.threads!], {
    encoding: 'utf8',
  });
  if (run.status !== 0) throw new Error(run.stderr);
  return Number(run.stdout);
}

for (const model of models.filter(({ name }) => name.includes(options.only!))) {
  const ours: number[] = [];
  const theirs: number[] = [];
  const run = await time(model);
  for (let round = 0; round < Number(options.rounds); round++) {
    ours.push(await run(round));
    if (options.torch !== undefined) theirs.push(torch(model));
  }
  const peer =
    theirs.length > 0
      ? `   PyTorch ${median(theirs).toFixed(3)} ms   ratio ${(median(ours) / median(theirs)).toFixed(2)}`
      : '';
  console.log(`${model.name.padEnd(28)} ${median(ours).toFixed(3)} ms${peer}`);
}
