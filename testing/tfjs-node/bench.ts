/**
 * Whole training steps eagerly on tfjs-node beside those of others, in the same minutes.
 *
 *   NODE_PATH=... node --conditions=@espalier/source --import tsx testing/tfjs-node/bench.ts [--rounds N] [--threads N] [--only TEXT] [--gpu]
 *
 * NODE_PATH as `build.ts` prints it; `--gpu` benches tfjs-node-gpu. Every engine is a process of its own; in each round each takes its turn. Printed are
 * medians and the shortest over the rounds, and the ratios of the first engine's times to each of the others': the shortest
 * ones are those of moments when nothing else ran.
 */
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cases } from '../../bench/cases.js';
import { EngineProcess } from '../../bench/engine-process.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    gpu: { type: 'boolean', default: false },
  },
});
const ENGINES = values.gpu
  ? ['gpu eager', 'wasm eager', 'gpu fit', 'stock tfjs-node-gpu fit', 'compiled']
  : ['node eager', 'wasm eager', 'node fit', 'stock tfjs-node fit', 'compiled'];
const worker = fileURLToPath(new URL('./bench-worker.ts', import.meta.url));
const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;

for (const spec of cases.filter(
  ({ name }) => ['784-64-64-10', 'R2 CNN'].includes(name) && name.includes(values.only),
)) {
  const steps = spec.kind === 'cnn' ? 3 : 60;
  const args = (engine: string): string[] => [
    ...['--conditions=@espalier/source', '--import', 'tsx', worker],
    ...[JSON.stringify({ ...spec, steps, threads: Number(values.threads) }), engine],
  ];
  const running: { name: string; child: EngineProcess; times: number[] }[] = [];
  for (const name of ENGINES) {
    const child = await EngineProcess.start(process.execPath, args(name));
    if (child) running.push({ name, child, times: [] });
  }
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const { child, times } of running) times.push((await child.measure(steps)).wall);
  }
  console.log(
    `\n${spec.name}, batch ${spec.batch}, ${values.threads} thread(s), load ${loadavg()[0]!.toFixed(1)}`,
  );
  const first = running[0]!.times;
  for (const { name, child, times } of running) {
    child.stop();
    const [middle, least] = [median(times), Math.min(...times)];
    console.log(
      `  ${name.padEnd(20)} ${middle.toFixed(2).padStart(8)} ms, at least ${least.toFixed(2).padStart(7)}; ` +
        `first / this = ${(median(first) / middle).toFixed(2)}, ${(Math.min(...first) / least).toFixed(2)}`,
    );
  }
}
