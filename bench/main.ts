/**
 * Whole training steps of ours beside those of others, in the same minutes.
 *
 *   npm run bench -- [targets | browser | memory] [--json FILE] [--torch PYTHON] [--jax PYTHON] [--jax-js FOLDER] [--rounds N] [--only TEXT]
 *     [--engines REGEX]
 *     [--clock wall|processor] [--least] [--steps N] [--target wasm|onnx]
 *
 * Every engine is a process of its own. In each round each takes its turn; printed are medians over the rounds (the least, with `--least`) and the
 * ratio ours / peer. A ratio below 1 means that ours is faster.
 * `targets` has both targets of every case, and what is chosen; `browser` a step in Chromium, of ours and of others;
 * `memory` what the process holds over many steps.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Clock, median, timesOf } from './compare.js';
import { type Comparison, comparisons } from './comparisons.js';
import { compareInChromium } from './browser.js';
import { memoryOver } from './memory.js';
import { compareTargets } from './targets.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    torch: { type: 'string' },
    jax: { type: 'string' },
    'jax-js': { type: 'string' },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    engines: { type: 'string', default: '' },
    clock: { type: 'string', default: 'wall' },
    least: { type: 'boolean', default: false },
    steps: { type: 'string', default: '1000000' },
    target: { type: 'string', default: 'wasm' },
  },
});
if (values.target !== 'wasm' && values.target !== 'onnx') throw new Error('--target is wasm or onnx');
const { target } = values;
if (values.clock !== 'wall' && values.clock !== 'processor') throw new Error('--clock is wall or processor');
const clock: Clock = values.clock;
const rounds = Number(values.rounds);

/** Peers whose names it fits. */
const wanted = new RegExp(values.engines);

interface Row {
  readonly case: string;
  readonly engine: string;
  readonly threads: number;
  readonly oursMs: number;
  readonly peers: Record<string, number>;
}

async function compare(comparison: Comparison): Promise<Row | undefined> {
  const { name, batch, threads } = comparison.spec;
  const engines = comparison.engines.filter((engine, i) => i === 0 || wanted.test(engine.name));
  console.log(`\n${name}, batch ${batch}, ${threads} thread${threads > 1 ? 's' : ''}`);
  const [ours, ...peers] = (await timesOf({ ...comparison, engines }, rounds, clock)).map(
    ({ engine, ms, ran }) => ({
      name: engine.name,
      ran,
      ms: values.least ? Math.min(...ms) : median(ms),
    }),
  );
  if (!ours) return undefined;
  console.log(`  ${ours.ms.toFixed(4).padStart(10)} ms  ${ours.name}${ours.ran ? ` [${ours.ran}]` : ''}`);
  for (const peer of peers) {
    const ratio = (ours.ms / peer.ms).toFixed(3);
    console.log(`  ${peer.ms.toFixed(4).padStart(10)} ms  ${peer.name.padEnd(42)} ours / this = ${ratio}`);
  }
  return {
    case: name,
    engine: ours.ran ?? ours.name,
    threads,
    oursMs: ours.ms,
    peers: Object.fromEntries(peers.map((peer) => [peer.name, peer.ms])),
  };
}

async function compareAll(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const peers = { torch: values.torch, jax: values.jax, jaxJs: values['jax-js'] };
  for (const comparison of comparisons(peers).filter(({ spec }) => spec.name.includes(values.only))) {
    const row = await compare(comparison);
    if (row) rows.push(row);
  }
  return rows;
}

/** What the first word asks for. */
async function rowsOf(what: string): Promise<readonly object[]> {
  if (what === 'targets') return compareTargets(rounds, clock, values.only);
  if (what === 'browser') return compareInChromium(rounds, clock, values.only, values['jax-js']);
  if (what === 'memory') return memoryOver(Number(values.steps), target);
  if (what !== '') throw new Error(`"${what}" is not among: targets, browser, memory`);
  return compareAll();
}

const rows = await rowsOf(positionals[0] ?? '');
if (values.json) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);
