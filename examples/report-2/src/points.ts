import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Dataset, EspalierError, fromArrays, readCsv, stream } from 'espalier';

/** Points of a function of one number, and the numbers themselves for pictures. */
export interface Points {
  readonly data: Dataset;
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** The function that the made-up points come from; the study does not give its own. */
export function truth(x: number): number {
  return 1.5 * Math.sin(x) + 0.15 * x * x - 1;
}

/**
 * 100 training points on [-5, 5] that avoid (-3, -1) and (2, 3), with normal noise of 0.5, or 100 test points without gaps and
 * noise of 0.3.
 */
export function madeUpPoints(kind: 'train' | 'test', seed: number): Points {
  const random = stream(seed, `points/${kind}`);
  const x: number[] = [];
  while (x.length < 100) {
    const at = 10 * random.uniform() - 5;
    const isGap = (at > -3 && at < -1) || (at > 2 && at < 3);
    if (kind === 'test' || !isGap) x.push(at);
  }
  x.sort((a, b) => a - b);
  return points(
    x,
    x.map((at) => truth(at) + (kind === 'train' ? 0.5 : 0.3) * random.normal()),
  );
}

/** Training and test points of a folder, in CSV files with the columns `input` and `label`; `undefined` where it has neither file. */
export async function csvPoints(folder: string): Promise<{ train: Points; test: Points } | undefined> {
  const files = ['train', 'test'].map((part) => join(folder, `regression-${part}.csv`));
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => undefined)));
  if (texts.every((text) => text === undefined)) return undefined;
  const missing = files.find((_, i) => texts[i] === undefined);
  if (missing !== undefined)
    throw new EspalierError({
      code: 'io',
      scope: 'report-2',
      message: `cannot read '${missing}'; the folder needs regression-train.csv and regression-test.csv, or neither.`,
    });
  const [train, test] = await Promise.all(texts.map((text) => pointsOf(text!)));
  return { train: train!, test: test! };
}

async function pointsOf(csv: string): Promise<Points> {
  const table = await readCsv(csv, {
    columns: ['input', 'label'],
    types: { input: 'number', label: 'number' },
  });
  const column = (name: string) => Array.from(table.columns[name]!.values as ArrayLike<number>);
  return points(column('input'), column('label'));
}

function points(x: readonly number[], y: readonly number[]): Points {
  const column = (values: readonly number[]) => values.map((value) => [value]);
  return { data: fromArrays({ inputs: column(x), targets: column(y) }), x, y };
}
