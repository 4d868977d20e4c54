import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as tfl from '@tensorflow/tfjs-layers';
import type { Checkpoint, Plugin } from '@espalier/core';
import { scriptedRun, toyModel } from '@espalier/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import read from '../../../../testing/references/callbacks/tensorboard-read.json' with { type: 'json' };
import { crc32c } from './crc32c.js';
import { modelGraph } from './model-graph.js';
import { ProtoWriter } from './proto-writer.js';
import { tensorBoard, type TensorBoardOptions } from './tensor-board.js';

const FIXTURE = join(import.meta.dirname, '../../../../testing/references/callbacks/tensorboard-events');

let directory: string;
beforeEach(async () => (directory = await mkdtemp(join(tmpdir(), 'espalier-'))));
afterEach(() => rm(directory, { recursive: true }));

/** The smallest PNG: one grey pixel. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAAAAADRSSBWAAAAC0lEQVR4nGNg+A8AAQIBAEK+vGgAAAAASUVORK5CYII=',
  'base64',
);
/** 12 examples of two classes, sure and unsure. */
const ANSWERS = {
  labels: [0, 0, 0, 0, 1, 0, 1, 1, 0, 1, 1, 1],
  predictions: [0, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.51, 0.7, 0.8, 0.995, 1],
};
const WEIGHTED = {
  ...ANSWERS,
  labels: ANSWERS.labels.map(Boolean),
  weights: ANSWERS.labels.map((_, i) => i / 2),
};
const EMBEDDINGS = {
  'a "layer"': {
    values: Float32Array.from({ length: 12 }, (_, i) => i / 8 - 0.5),
    shape: [4, 3],
    metadata: { class: ['cat', 'do\tg', 'cat', 'eel'], place: [0, 1, 2, 3] },
    sprite: { png: PNG, width: 1, height: 1 },
  },
  plain: { values: [1, 2, 3, 4], shape: [2, 2], metadata: { class: ['a', 'b'] } },
};
const EPOCHS = [
  { loss: 0.5, accuracy: 0.25, val_loss: 1, val_accuracy: 0.125 },
  { loss: 0.25, accuracy: 0.5, val_loss: 1e-30, val_accuracy: -2 },
  { loss: NaN, accuracy: 1, val_loss: Infinity, val_accuracy: 0 },
];

const WEIGHTS = (done: number) => ({
  'output/kernel': {
    data: Float32Array.from({ length: 60 }, (_, i) => i * done),
    shape: [60],
    dtype: 'float32' as const,
  },
  'output/bias': { data: Float32Array.of(7, 7, NaN), shape: [3], dtype: 'float32' as const },
});

function make(options: Partial<TensorBoardOptions> = {}): Plugin {
  return tensorBoard({
    directory,
    everySteps: 2,
    histogramEpochs: 3,
    images: () => ({ digit: PNG }),
    prCurves: () => ({ seven: ANSWERS, weighted: WEIGHTED }),
    embeddings: () => EMBEDDINGS,
    hyperParameters: { learningRate: 0.01, optimizer: 'adam', nesterov: true },
    model: toyModel(),
    clock: () => 1700000000.25,
    ...options,
  });
}
const play = (plugins: readonly Plugin[], more = {}) =>
  scriptedRun({ plugins, epochs: EPOCHS, stepsPerEpoch: 3, weights: WEIGHTS, ...more });
const file = (part: string): Promise<Buffer> =>
  readFile(join(directory, part, 'events.out.tfevents.0.espalier'));
const PROJECTOR = [
  'projector_config.pbtxt',
  ...['tensors.tsv', 'metadata.tsv', 'sprite.png'].map((name) => `projector/1/${name}`),
  ...['tensors.tsv', 'metadata.tsv'].map((name) => `projector/2/${name}`),
];

describe('tensorBoard', () => {
  test.each(['train', 'validation'] as const)(
    'writes the very bytes that TensorBoard has read: %s',
    async (part) => {
      const { error } = await play([make()]);
      expect(error).toBeUndefined();
      const bytes = await file(part);
      const place = `${FIXTURE}/${part}/events.out.tfevents.0.espalier`;
      if (process.env['UPDATE_FIXTURES']) await writeFile(place, bytes);
      expect(bytes.equals(await readFile(place))).toBe(true);
    },
  );

  test('writes the very files that its projector has read', async () => {
    await play([make()]);
    for (const name of PROJECTOR) {
      const bytes = await readFile(join(directory, 'train', name));
      const place = join(FIXTURE, 'train', name);
      if (process.env['UPDATE_FIXTURES']) {
        await mkdir(dirname(place), { recursive: true });
        await writeFile(place, bytes);
      }
      expect(bytes.equals(await readFile(place))).toBe(true);
    }
    const { first, plain, names } = read.projector;
    expect(names).toEqual(Object.keys(EMBEDDINGS));
    expect(first).toEqual({
      shape: [4, 3],
      values: [...EMBEDDINGS['a "layer"'].values],
      metadata: 'class\tplace\ncat\t0\ndo g\t1\ncat\t2\neel\t3\n',
      sprite: PNG.length,
      dims: [1, 1],
    });
    expect(plain).toEqual({ shape: [2, 2], values: [1, 2, 3, 4], metadata: 'a\nb\n' });
    // Of a run that fails there is nothing to show.
    await rm(join(directory, 'train'), { recursive: true });
    const { error } = await play([make({ prCurves: () => ({ bad: { labels: [2], predictions: [1] } }) })]);
    expect(String(error)).toContain(
      "the curve 'bad' needs labels that are truth values, 0 or 1; that of example 0 is 2",
    );
    await expect(readFile(join(directory, 'train', PROJECTOR[0]!))).rejects.toThrow('ENOENT');
  });

  test.each([
    [
      'probabilities as predictions, 0 to 1; that of example 1 is 1.5',
      { prCurves: () => ({ c: { labels: [0, 1], predictions: [0, 1.5] } }) },
    ],
    ['the same examples, got [1, 2, 1]', { prCurves: () => ({ c: { labels: [0], predictions: [0, 1] } }) }],
    [
      'weights >= 0; that of example 0 is NaN',
      { prCurves: () => ({ c: { labels: [0], predictions: [0], weights: [NaN] } }) },
    ],
    [
      'numbers [N, D], got 3 of shape [2,2]',
      { embeddings: () => ({ e: { values: [1, 2, 3], shape: [2, 2] } }) },
    ],
    ['finite numbers; point 1 has NaN', { embeddings: () => ({ e: { values: [1, NaN], shape: [2, 1] } }) }],
    [
      "metadata of its 1 points; 'class' has 2",
      { embeddings: () => ({ e: { values: [1], shape: [1, 1], metadata: { class: ['a', 'b'] } } }) },
    ],
    [
      'a sprite of { png, width, height }',
      {
        embeddings: () => ({ e: { values: [1], shape: [1, 1], sprite: { png: PNG, width: 0, height: 1 } } }),
      },
    ],
  ] as readonly (readonly [string, Partial<TensorBoardOptions>])[])(
    'says that a curve or an embedding needs %s',
    async (message, options) => {
      const { error } = await play([make(options)]);
      expect(error).toMatchObject({ code: 'invalid-data', scope: 'tensor-board' });
      expect(String(error)).toContain(message);
    },
  );

  test('TensorBoard read what was logged', () => {
    const numbers = (part: 'train' | 'validation', tag: string): number[][] => {
      const all = read[part].scalars as Record<string, (number | string)[][]>;
      return all[tag]!.map((entry) => entry.map(Number));
    };
    for (const metric of ['loss', 'accuracy'] as const) {
      expect(numbers('train', `epoch_${metric}`)).toEqual(EPOCHS.map((logs, i) => [i, logs[metric]]));
      expect(numbers('validation', `epoch_${metric}`)).toEqual(
        EPOCHS.map((logs, i) => [i, Math.fround(logs[`val_${metric}`])]),
      );
    }
    expect(numbers('train', 'epoch_learning_rate')[0]).toEqual([0, Math.fround(0.1)]);
    expect(numbers('train', 'batch_loss')).toEqual([
      [2, 0.5],
      [4, 0.25],
      [6, 0.25],
      [8, NaN],
    ]);
    expect(read.train.wallTime).toBe(1700000000.25);
    const { 'output/kernel': kernel, 'output/bias': bias } = read.train.histograms;
    // 0, 3, 6, ..., 177 in thirty parts of two each.
    expect(kernel).toMatchObject({ step: 2, min: 0, max: 177, num: 60, sum: 5310, sumSquares: 631890 });
    expect(kernel.counts.reduce((a, b) => a + b, 0)).toBe(60);
    expect(new Set(kernel.counts)).toEqual(new Set([2]));
    expect(bias).toMatchObject({ min: 7, max: 7, num: 2, counts: [2] });
    expect(read.train.images).toEqual({ digit: { step: 2, width: 2, height: 1, bytes: PNG.length } });
    expect(read.train.prCurves).toMatchObject({
      step: 2,
      thresholds: 201,
      displayName: 'seven',
      compared: 201,
    });
    // By hand: from 0.3 on, 6 of 8 are right, and none is missed; from 0.995 on 2 of 2, and 4 are missed.
    const at = (row: number, threshold: number) => read.train.prCurves.seven[row]![threshold];
    expect([0, 1, 2, 3, 4, 5].map((row) => at(row, 60))).toEqual([6, 2, 4, 0, 0.75, 1]);
    expect([0, 1, 2, 3].map((row) => at(row, 199))).toEqual([2, 0, 6, 4]);
    expect(read.train.graph).toEqual([
      ['hidden', 'Dense', []],
      ['output', 'Dense', ['hidden']],
    ]);
    expect(read.train.hparams).toEqual({ learningRate: 0.01, nesterov: true, optimizer: 'adam' });
    expect(read.train.hparamTypes).toEqual({ learningRate: 3, nesterov: 2, optimizer: 1 });
    expect(read.train.status).toBe('STATUS_SUCCESS');
  });

  test.each(['before', 'after'])('resumes at a checkpoint taken %s it to the same bytes', async (where) => {
    const saved: Checkpoint[] = [];
    const saver: Plugin = {
      name: 'saver',
      enforce: 'post',
      // Whoever takes one after a step is to stand after the plugin.
      ...(where === 'after' && { onStepEnd: async (run) => void saved.push(await run.checkpoint()) }),
      onEpochEnd: async (run) => void saved.push(await run.checkpoint()),
    };
    // The order of events within an epoch's end differs where the checkpoint came first: without pictures there is none.
    const plain = () => make({ images: () => ({}), prCurves: () => ({}), histogramEpochs: 99 });
    const order = () => (where === 'before' ? [saver, plain()] : [plain(), saver]);
    await play(order());
    const whole = [await file('train'), await file('validation')];
    for (const from of saved.slice(0, 8)) {
      const { error } = await play([plain()], { from });
      expect(error).toBeUndefined();
      expect([await file('train'), await file('validation')]).toEqual(whole);
    }
  });

  test('a run begins its files again, and two at once are refused', async () => {
    await play([make()]);
    const first = await file('train');
    await play([make()]);
    expect(await file('train')).toEqual(first);
    const inner: Plugin = {
      name: 'inner',
      async onFitStart() {
        const { error } = await play([make()]);
        expect(error).toMatchObject({ code: 'io', scope: 'tensor-board' });
      },
    };
    expect((await play([make(), { ...inner, enforce: 'post' }])).error).toBeUndefined();
  });

  test('a folder that cannot be made is an error before the first step', async () => {
    await writeFile(join(directory, 'file'), '');
    const { error } = await play([make({ directory: join(directory, 'file', 'runs') })]);
    expect(error).toMatchObject({ code: 'io', scope: 'tensor-board' });
  });

  test.each([
    [{ directory: '' }, 'directory must be a string that is not empty'],
    [{ everySteps: 0 }, 'everySteps must be a whole number >= 1'],
    [{ images: {} as never }, 'images must be a function'],
    [{ hyperParameters: { a: {} } as never }, 'hyperParameters must be numbers, strings or truth values'],
    [{ prCurves: {} as never }, 'prCurves must be a function'],
    [{ embeddings: [] as never }, 'embeddings must be a function'],
    [{ model: {} as never }, 'model must be a LayersModel'],
  ])('refuses %j', (options, message) => {
    expect(() => tensorBoard({ directory: 'd', ...options })).toThrow(message);
  });
});

test('crc32c gives the check value of its definition', () => {
  expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
});

test('protocol buffers as their encoding says', () => {
  const message = new ProtoWriter()
    .int(1, 150)
    .text(2, 'testing')
    .int(3, 2 ** 40);
  expect(Buffer.from(message.finish()).toString('hex')).toBe(
    '08960112' + '0774657374696e67' + '18808080808020',
  );
});

test('the graph of a model with two inputs', () => {
  const [a, b] = ['a', 'b'].map((name) => tfl.input({ shape: [2], name }));
  const sum = tfl.layers.add({ name: 'sum' }).apply([a!, b!]) as tfl.SymbolicTensor;
  const model = tfl.model({ inputs: [a!, b!], outputs: sum });
  expect(modelGraph(model)).toEqual([
    { name: 'a', op: 'InputLayer', inputs: [] },
    { name: 'b', op: 'InputLayer', inputs: [] },
    { name: 'sum', op: 'Add', inputs: ['a', 'b'] },
  ]);
});
