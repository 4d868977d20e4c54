import { cases, type Case } from './cases.js';
import { type Clock, median, timesOf } from './compare.js';
import { onTarget } from './comparisons.js';
import { node } from './engines.js';

/** A case on both targets. */
export interface TargetRow {
  readonly case: string;
  /** Millions of multiplications and additions in its products; `undefined` with convolutions. */
  readonly productMflop: number | undefined;
  readonly wasmMs: number;
  readonly onnxMs: number;
  /** WebAssembly whose products may round once; `undefined` where Node has no such instructions, with no flag either. */
  readonly relaxedMs: number | undefined;
  /** What `compiled()` runs it on. */
  readonly chosen: string;
}

/** Node 20 has the instructions behind a flag, which newer ones do not know. */
const RELAXED_FLAG = process.versions.node.startsWith('20.') ? ['--experimental-wasm-relaxed-simd'] : [];

/** Steps between the cases, where the targets meet. */
const between: readonly Case[] = [24, 32, 48, 96].map((units) => ({
  name: `784-${units}-${units}-10`,
  kind: 'mlp',
  sizes: [units, units],
  batch: 64,
  threads: 1,
  steps: 500,
}));

/** Both targets of every case on one thread beside what `compiled()` chooses, by which the rule that it goes by is checked. */
export async function compareTargets(
  rounds: number,
  clock: Clock,
  only: string,
): Promise<readonly TargetRow[]> {
  const rows: TargetRow[] = [];
  console.log(
    '| step | products, MFLOP | WebAssembly, ms | ONNX Runtime, ms | ratio | chosen | WebAssembly, relaxed |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- |');
  for (const spec of [...cases, ...between]) {
    if (spec.threads > 1 || !spec.name.includes(only)) continue;
    const engines = (['wasm', 'onnx', 'compiled'] as const).map((target) => onTarget(spec, target));
    const relaxed = node('relaxed', 'espalier.ts', spec, ['relaxed'], 1, RELAXED_FLAG);
    const times = await timesOf({ spec, engines: [...engines, relaxed] }, rounds, clock);
    const [wasmMs, onnxMs, , relaxedMs] = times.map(({ ms }) => median(ms));
    if (wasmMs === undefined || onnxMs === undefined) continue;
    const row = {
      case: spec.name,
      productMflop: productMflop(spec),
      wasmMs,
      onnxMs,
      relaxedMs,
      chosen: times[2]?.ran ?? '',
    };
    rows.push(row);
    const cells = [
      row.case,
      row.productMflop?.toFixed(1) ?? 'convolves',
      wasmMs.toFixed(3),
      onnxMs.toFixed(3),
      (wasmMs / onnxMs).toFixed(2),
      row.chosen,
      relaxedMs?.toFixed(3) ?? '',
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
  return rows;
}

/** Forward, and the gradients of kernels and of what goes into each layer but the first. */
function productMflop({ kind, sizes, batch, inputs = 784, regression }: Case): number | undefined {
  if (kind === 'cnn') return undefined;
  const widths = [inputs, ...sizes, regression ? 1 : 10];
  const products = widths.slice(1).map((width, i) => (i === 0 ? 4 : 6) * width * widths[i]!);
  return (batch * products.reduce((sum, one) => sum + one)) / 1e6;
}
