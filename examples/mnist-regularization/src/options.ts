import { parseArgs } from 'node:util';
import { EspalierError } from '@espalier/core';

/** Where steps run: compiled on ONNX Runtime, or op by op on a TensorFlow.js backend. */
export type Engine = 'compiled' | 'node' | 'wasm' | 'cpu';

/** What the command line says. */
export interface StudyOptions {
  readonly quick: boolean;
  /** The first seed. */
  readonly seed: number;
  /** How many seeds: `seed`, `seed + 1`, ... */
  readonly seeds: number;
  readonly epochs: number;
  readonly engine: Engine;
  /** Folder of the report. */
  readonly out: string;
}

export const HELP = `Compares seven ways to regularise one network (784-128-64-10) on MNIST.

Usage: npm start -- [options]

  --quick            5,000 training images, 4 epochs, one seed: some ten seconds
  --seed <n>         the first seed: fixes weights, shuffling and dropout masks (default 1)
  --seeds <n>        runs of each way, with one seed after the other (default 3; 1 with --quick)
  --epochs <n>       epochs at most; early stopping may end a run sooner (default 12)
  --backend <name>   compiled (WebAssembly or ONNX Runtime, the default), wasm, cpu,
                     or node (@tensorflow/tfjs-node, which you install)
  --out <folder>     where report.html goes (default runs/mnist-regularization)
  --help             this text
`;

const ENGINES = ['compiled', 'wasm', 'cpu', 'node'];

/**
 * Reads the command line. `undefined` when help was asked for.
 *
 * @throws EspalierError `invalid-option` for an unknown option or a bad value.
 */
export function parseOptions(args: readonly string[]): StudyOptions | undefined {
  const { values } = parse(args);
  if (values.help) return undefined;
  const { quick = false, backend = 'compiled', out = 'runs/mnist-regularization' } = values;
  if (!ENGINES.includes(backend)) fail(`--backend must be one of ${ENGINES.join(', ')}, got '${backend}'.`);
  return {
    quick,
    seed: wholeNumber('--seed', values.seed ?? '1', 0),
    seeds: wholeNumber('--seeds', values.seeds ?? (quick ? '1' : '3'), 1),
    epochs: wholeNumber('--epochs', values.epochs ?? (quick ? '4' : '12'), 1),
    engine: backend as Engine,
    out,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean' },
        seed: { type: 'string' },
        seeds: { type: 'string' },
        epochs: { type: 'string' },
        backend: { type: 'string' },
        out: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    return fail(`${(error as Error).message}\n\n${HELP}`);
  }
}

function wholeNumber(name: string, text: string, min: number): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < min) {
    fail(`${name} must be a whole number >= ${min}, got '${text}'.`);
  }
  return value;
}

function fail(message: string): never {
  throw new EspalierError({ code: 'invalid-option', scope: 'mnist-regularization', message });
}
