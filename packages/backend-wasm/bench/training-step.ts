/**
 * Plain `model.fit` steps on stock wasm and on this package, in two processes that take turns.
 *
 * Run: node --conditions=@espalier/source --import tsx packages/backend-wasm/bench/training-step.ts [--json FILE]
 */
import { fork, type ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROUNDS = 7;

interface Answer {
  readonly ready?: boolean;
  readonly ms?: number;
  readonly error?: string;
}

const answer = (child: ChildProcess): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const ended = (code: number | null): void => reject(new Error(`the worker ended with code ${code}`));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve(message as Answer);
    });
  });

async function worker(engine: string): Promise<(model: string) => Promise<Answer>> {
  const child = fork(fileURLToPath(new URL('./worker.ts', import.meta.url)), [engine], { stdio: 'ignore' });
  await answer(child);
  process.once('exit', () => child.kill());
  return (model) => {
    const reply = answer(child);
    child.send(model);
    return reply;
  };
}

const median = (values: number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

const engines = { stock: await worker('stock'), ours: await worker('ours') };
const rows: unknown[] = [];
for (const [model, title] of [
  ['mlp', '784-64-64-10, batch 64, Adam, model.fit'],
  ['cnn', 'CNN 28x28 (32 and 64 filters, BN), batch 64, Adam, model.fit'],
] as const) {
  const times: Record<'stock' | 'ours', number[]> = { stock: [], ours: [] };
  let failure: string | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of ['stock', 'ours'] as const) {
      if (name === 'stock' && failure !== undefined) continue;
      const { ms, error } = await engines[name](model);
      if (error !== undefined && name === 'ours') throw new Error(error);
      if (error !== undefined) failure = error;
      else times[name].push(ms!);
    }
  }
  const ours = median(times.ours);
  const peers = failure === undefined ? { 'tfjs wasm': median(times.stock) } : {};
  rows.push({ case: title, engine: 'backend-wasm, 1 thread', oursMs: ours, peers });
  console.log(title);
  console.log(`  this package: ${ours.toFixed(2)} ms a step`);
  if (failure !== undefined) console.log(`  stock wasm:   cannot train it (${failure.split('\n')[0]})`);
  else {
    const stock = median(times.stock);
    console.log(`  stock wasm:   ${stock.toFixed(2)} ms a step, ${(stock / ours).toFixed(1)} times as long`);
  }
}
const json = process.argv.indexOf('--json');
if (json > 0) writeFileSync(process.argv[json + 1]!, `${JSON.stringify(rows, null, 2)}\n`);
process.exit(0);
