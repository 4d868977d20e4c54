/**
 * Whole training steps of ours beside those of others, in the same minutes.
 *
 *   npm run bench -- [--json FILE] [--torch PYTHON] [--jax PYTHON] [--rounds N] [--only TEXT]
 *
 * Every engine is a process of its own. In each round each takes its turn; printed are medians over the rounds and the
 * ratio ours / peer. A ratio below 1 means that ours is faster.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Case, cases, epoch } from './cases.js';
import { EngineProcess } from './engine-process.js';

/** One way to take the steps of a case. */
interface Engine {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Steps are this much slower than those of compiled, roughly: fewer are taken. */
  readonly slowness?: number;
}

/** What is compared: ours first. */
interface Comparison {
  readonly spec: Case;
  readonly engines: readonly Engine[];
}

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    torch: { type: 'string' },
    jax: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
  },
});

const file = (name: string): string => fileURLToPath(new URL(`./workers/${name}`, import.meta.url));

function node(name: string, worker: string, spec: Case, args: readonly string[], slowness = 1): Engine {
  const run = [
    '--conditions=@espalier/source',
    '--import',
    'tsx',
    file(worker),
    JSON.stringify(spec),
    ...args,
  ];
  return { name, command: process.execPath, args: run, slowness };
}

function torch(spec: Case, mode: string): Engine[] {
  if (!values.torch) return [];
  return [
    {
      name: `PyTorch ${mode}`,
      command: values.torch,
      args: [file('torch_worker.py'), JSON.stringify(spec), mode],
    },
  ];
}

/** On one core, where there is `taskset`: flags do not keep JAX from others. */
function jax(spec: Case): Engine[] {
  if (!values.jax || spec.kind !== 'mlp' || spec.batchNormalization) return [];
  return [
    {
      name: 'JAX jit, one core',
      command: 'taskset',
      args: ['-c', '1', values.jax, file('jax_worker.py'), JSON.stringify(spec)],
    },
  ];
}

function comparisons(): Comparison[] {
  const small = cases[0]!;
  const steps = cases.map((spec): Comparison => {
    const others = [node('Espalier eager, wasm', 'espalier.ts', spec, ['eager-wasm'], 8)];
    if (spec.kind === 'mlp' && spec.sizes[0]! < 800 && !spec.inputs) {
      others.push(node('tfjs fit, wasm', 'tfjs.ts', spec, ['wasm', 'fit'], 15));
    }
    if (spec === small) {
      others.push(node('tfjs fit, cpu', 'tfjs.ts', spec, ['cpu', 'fit'], 120));
      others.push(...torch(spec, 'compile'));
    }
    return {
      spec,
      engines: [
        node('Espalier compiled', 'espalier.ts', spec, ['compiled']),
        ...torch(spec, 'eager'),
        ...jax(spec),
        node('Espalier, target onnx', 'espalier.ts', spec, ['onnx']),
        node('Espalier, target wasm', 'espalier.ts', spec, ['wasm']),
        ...others,
      ],
    };
  });
  const plugins = (spec: Case, engine: string, kind: string, counts: readonly number[]): Engine[] =>
    counts.map((n) => node(`${engine}, ${n} ${kind} plugins`, 'espalier.ts', spec, [engine, `${kind}:${n}`]));
  const regression = cases.find(({ regression }) => regression)!;
  const short = { ...regression, name: 'short epochs (1-100-100-1, 20 steps of 4, dropout)', steps: 6000 };
  const shortly = (name: string, way: string): Engine => node(name, 'short-epochs.ts', short, [way]);
  return [
    ...steps,
    {
      spec: short,
      engines: [
        shortly('fit', 'fit'),
        shortly('bare call of the module', 'bare'),
        shortly('fit with 10 plugins that listen to epochs', 'plugins'),
        shortly('fit with validation of 20 examples', 'validation'),
      ],
    },
    {
      spec: epoch,
      engines: [
        node('Espalier compiled', 'espalier.ts', epoch, ['compiled']),
        ...torch(epoch, 'DataLoader'),
        ...torch(epoch, 'eager'),
      ],
    },
    {
      spec: { ...epoch, name: 'trainer and bare compiled step (784-64-64-10, rounds of an epoch)' },
      engines: [
        node('trainer with 10 typical plugins', 'espalier.ts', epoch, ['compiled', 'typical:10']),
        node('bare compiled step', 'bare.ts', epoch, []),
      ],
    },
    {
      spec: { ...small, name: 'typical plugins (784-64-64-10, compiled)' },
      engines: plugins(small, 'compiled', 'typical', [10, 0]),
    },
    {
      spec: { ...small, name: 'idle plugins (784-64-64-10, compiled)' },
      engines: plugins(small, 'compiled', 'idle', [20, 1, 0]),
    },
    {
      spec: {
        ...small,
        name: 'trainer and hand-written loop (784-64-64-10, eager, backend-wasm)',
        steps: 150,
      },
      engines: [
        node('trainer with 10 typical plugins', 'espalier.ts', small, ['eager-wasm', 'typical:10']),
        node('hand-written loop', 'tfjs.ts', small, ['espalier-wasm', 'loop']),
      ],
    },
  ];
}

interface Row {
  readonly case: string;
  readonly engine: string;
  readonly threads: number;
  readonly oursMs: number;
  readonly peers: Record<string, number>;
}

async function compare({ spec, engines }: Comparison, rounds: number): Promise<Row | undefined> {
  console.log(`\n${spec.name}, batch ${spec.batch}, ${spec.threads} thread${spec.threads > 1 ? 's' : ''}`);
  const running: { engine: Engine; process: EngineProcess; times: number[] }[] = [];
  for (const engine of engines) {
    const started = await EngineProcess.start(engine.command, engine.args);
    if (started) running.push({ engine, process: started, times: [] });
    else console.error(`  (${engine.name})`);
  }
  for (let round = 0; round < rounds; round++) {
    for (const { engine, process: child, times } of running) {
      times.push(await child.measure(Math.max(3, Math.round(spec.steps / (engine.slowness ?? 1)))));
    }
  }
  for (const { process: child } of running) child.stop();
  const [ours, ...peers] = running.map(({ engine, times }) => ({ name: engine.name, ms: median(times) }));
  if (!ours) return undefined;
  console.log(`  ${ours.ms.toFixed(3).padStart(9)} ms  ${ours.name}`);
  for (const { name, ms } of peers) {
    console.log(
      `  ${ms.toFixed(3).padStart(9)} ms  ${name.padEnd(36)} ours / this = ${(ours.ms / ms).toFixed(3)}`,
    );
  }
  return {
    case: spec.name,
    engine: ours.name,
    threads: spec.threads,
    oursMs: ours.ms,
    peers: Object.fromEntries(peers.map(({ name, ms }) => [name, ms])),
  };
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

const rounds = Number(values.rounds);
const rows: Row[] = [];
for (const comparison of comparisons().filter(({ spec }) => spec.name.includes(values.only))) {
  const row = await compare(comparison, rounds);
  if (row) rows.push(row);
}
if (values.json) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);
