import { PassThrough } from 'node:stream';
import { scriptedRun } from '@espalier/testkit';
import { describe, expect, test, vi } from 'vitest';
import { progressBar, type ProgressBarOptions } from './progress-bar.js';
import { barLine, plainLine } from './progress-line.js';

/** A stream that remembers; every look at the clock is `tick` milliseconds later. */
function screen(isTTY: boolean, tick = 1000) {
  let text = '';
  let now = 0;
  const stream = Object.assign(new PassThrough(), {
    isTTY,
    columns: 200,
    getWindowSize: () => [200, 50],
  });
  stream.on('data', (chunk) => (text += String(chunk)));
  return {
    options: {
      stream,
      clock: () => (now += tick),
    } satisfies ProgressBarOptions,
    text: () => text,
  };
}

const epochs = [
  { loss: 0.123456, accuracy: 0.5, val_loss: 2 },
  { loss: 0.0001, accuracy: 1, val_loss: 1 },
];

describe('progressBar', () => {
  test('draws a bar with the numbers on a terminal', async () => {
    const { options, text } = screen(true);
    await scriptedRun({
      plugins: [progressBar({ ...options, label: 'base' })],
      epochs,
      stepsPerEpoch: 4,
    });
    expect(text()).toContain('base  epoch 1/2 ░');
    expect(text()).toContain(
      'base  epoch 1/2 ████████████████████████ 4/4  loss 0.1235  accuracy 0.5  val_loss 2',
    );
    expect(text()).toContain('epoch 2/2');
    expect(text()).toMatch(/learning_rate 0\.1 {2}\d+ s\/epoch {2}\d:\d\d left/);
    expect(text().endsWith('\n')).toBe(true);
  });

  test('sets no mode of the terminal, so none is left wrong', async () => {
    const { options, text } = screen(true);
    const error = new Error('boom');
    const failing = {
      name: 'failing',
      onStepEnd() {
        throw error;
      },
    };
    const result = await scriptedRun({
      plugins: [progressBar(options), failing],
      epochs,
      stepsPerEpoch: 4,
    });
    expect(result.error).toMatchObject({
      message: '[failing] onStepEnd failed: boom',
      cause: error,
    });

    expect(text()).not.toMatch(/\x1B\[\?/);
    expect(text().endsWith('\n')).toBe(true);
  });

  test('reads values at most every 100 ms', async () => {
    const often = screen(true, 1000);
    const seldom = screen(true, 1);
    const long = { epochs, stepsPerEpoch: 30 };
    const all = await scriptedRun({
      plugins: [progressBar(often.options)],
      ...long,
    });
    const few = await scriptedRun({
      plugins: [progressBar(seldom.options)],
      ...long,
    });
    expect(all.stepReads).toBe(60);
    expect(few.stepReads).toBeLessThanOrEqual(4);
    expect(few.stepReads).toBeGreaterThanOrEqual(2);
  });

  test('writes a line for each epoch where there is no terminal, and reads nothing during steps', async () => {
    const { options, text } = screen(false);
    const result = await scriptedRun({
      plugins: [progressBar(options)],
      epochs,
      stepsPerEpoch: 4,
    });
    expect(text()).toMatch(/^epoch 1\/2 {2}loss 0\.1235.*\nepoch 2\/2 {2}loss 0\.0001.*\n$/);
    expect(result.stepReads).toBe(0);
  });

  test('is silent where a terminal is missing and plain lines are refused', async () => {
    const { options, text } = screen(false);
    await scriptedRun({
      plugins: [progressBar({ ...options, plain: false })],
      epochs,
      stepsPerEpoch: 4,
    });
    expect(text()).toBe('');
  });

  test('fits a terminal of 80 columns, with the validation accuracy in each epoch', async () => {
    const { options, text } = screen(true);
    const stream = Object.assign(options.stream, {
      columns: 80,
      getWindowSize: () => [80, 50],
    });
    const long = {
      loss: 0.123456,
      accuracy: 0.91234,
      val_loss: 0.23456,
      val_accuracy: 0.98765,
    };
    // cli-progress looks at the real time before it draws again: here it goes with the clock of the test.
    vi.useFakeTimers({ toFake: ['Date'], now: 0 });
    const clock = () => {
      const now = options.clock();
      vi.setSystemTime(now);
      return now;
    };
    const plugins = [progressBar({ ...options, clock, stream, label: 'dropout 0.5, seed 12' })];
    try {
      await scriptedRun({ plugins, epochs: [long, long], stepsPerEpoch: 938 });
    } finally {
      vi.useRealTimers();
    }
    const drawn = text()
      .replaceAll(/\x1B\[[0-9;?]*[A-Za-z]/g, '\r')
      .split(/[\r\n]+/)
      .filter((line) => line !== '');
    expect(drawn.length).toBeGreaterThan(4);
    for (const line of drawn) expect(line.length).toBeLessThan(80);
    const second = drawn.filter((line) => line.includes('epoch 2/2'));
    expect(second.length).toBeGreaterThan(2);
    for (const line of second) expect(line).toMatch(/val_acc(uracy)? 0\.9877/);
  });

  test('a label stays on its line', async () => {
    const { options, text } = screen(false, 500);
    const plugins = [progressBar({ ...options, plain: true, label: 'two\nlines\x1b[2J' })];
    await scriptedRun({ plugins, epochs: [{ loss: 1 }] });
    expect(text()).toMatch(/^two lines \[2J {2}epoch 1\/1 {2}loss 1.*\n$/);
  });

  test('writes one line an epoch where asked to, and why the run stopped', async () => {
    const { options, text } = screen(false, 500);
    const stopping = {
      name: 'stopping',
      onEpochEnd: (run: { stop(r: string): void }) => run.stop('enough'),
    };
    const plugins = [progressBar({ ...options, plain: true, metrics: ['val_loss'] }), stopping];
    const result = await scriptedRun({ plugins, epochs, stepsPerEpoch: 4 });
    expect(text()).toBe('epoch 1/2  val_loss 2  0.5 s/epoch  0:01 left\nenough\n');
    expect(result.stepReads).toBe(0);
  });

  test('plain lines on a terminal are plain', async () => {
    const { options, text } = screen(true);
    await scriptedRun({
      plugins: [progressBar({ ...options, plain: true })],
      epochs,
    });

    expect(text()).not.toMatch(/\x1B|█/);
    expect(text().split('\n')).toHaveLength(3);
  });

  test('a second run starts clean', async () => {
    const { options, text } = screen(false, 500);
    const plugin = progressBar({ ...options, plain: true });
    await scriptedRun({ plugins: [plugin], epochs });
    const first = text();
    await scriptedRun({ plugins: [plugin], epochs });
    expect(text()).toBe(first + first);
  });

  test('goes on in the middle of an epoch', async () => {
    const { options, text } = screen(true);
    const stopped = await scriptedRun({
      plugins: [],
      epochs,
      stepsPerEpoch: 4,
      duringStep: (run) => run.step === 1 && run.stop('now', { resumable: true }),
    });
    await scriptedRun({
      plugins: [progressBar(options)],
      epochs,
      stepsPerEpoch: 4,
      from: stopped.checkpoint,
    });
    expect(text()).toContain(' 3/4  learning_rate');
  });

  test.each([
    [{ plain: 1 as never }, 'plain must be true or false'],
    [{ metrics: 'loss' as never }, 'metrics must be a list of names'],
    [{ label: 3 as never }, 'label must be a string'],
    [{ stream: {} as never }, 'stream must be something with a write method'],
    [{ name: '' }, 'name'],
  ])('refuses %j', (options, message) => {
    expect(() => progressBar(options)).toThrow(message);
    expect(() => progressBar(options)).toThrow('[progress-bar]');
  });
});

describe('the lines', () => {
  const base = {
    label: '',
    epoch: 8,
    epochs: 100,
    step: 5,
    steps: 10,
    metrics: ['loss'],
    logs: { loss: NaN },
  };

  test('show NaN, long times and what is unknown', () => {
    expect(plainLine(base)).toBe('epoch   9/100  loss NaN');
    expect(plainLine({ ...base, secondsPerEpoch: 0.01234, secondsLeft: 3723.4 })).toBe(
      'epoch   9/100  loss NaN  0.012 s/epoch  1:02:03 left',
    );
    expect(barLine(base)).toBe(`epoch   9/100 ${'█'.repeat(12)}${'░'.repeat(12)}  5/10  loss NaN`);
    expect(barLine({ ...base, epochs: Infinity, steps: Infinity, logs: {} })).toBe('epoch 9 step 5');
  });

  test.each(Array.from({ length: 121 }, (_, i) => i + 1))('never cut a figure at %i columns', (columns) => {
    const full = {
      loss: 0.1235,
      accuracy: 0.9123,
      val_loss: 0.2346,
      val_accuracy: 0.9877,
      learning_rate: 0.001,
    };
    const line = barLine(
      {
        ...base,
        label: 'a long name of a run',
        metrics: Object.keys(full),
        logs: full,
        secondsPerEpoch: 1.25,
        secondsLeft: 3723,
      },
      columns,
    );
    expect(line.length).toBeLessThanOrEqual(columns);
    for (const [, name, value] of line.matchAll(/(loss|acc|accuracy|lr|learning_rate) ([\d.]+)(?= |$)/g)) {
      expect(['0.1235', '0.9123', '0.2346', '0.9877', '0.001'], name).toContain(value);
    }
    // The label, the bar and all else go before the validation accuracy does.
    if (columns >= 29) expect(line).toMatch(/val_acc(uracy)? 0\.9877/);
    if (columns >= 13) expect(line).toContain('9/100');
  });

  test('leave figures of validation to the last, in whatever order they are asked for', () => {
    const logs = { val_accuracy: 0.9877, val_topThreeAccuracy: 0.999, loss: 0.1235, topThreeAccuracy: 0.998 };
    const line = barLine({ ...base, metrics: Object.keys(logs), logs }, 60);
    expect(line).toBe('epoch   9/100  val_acc 0.9877  val_topThreeAccuracy 0.999');
    expect(barLine({ ...base, metrics: Object.keys(logs), logs }, 45)).toBe(
      'epoch   9/100  val_topThreeAccuracy 0.999',
    );
  });

  test('count the columns of wide letters', () => {
    const label = '漢字の名前を持つ実行';
    const [whole, cut] = [70, 45].map((columns) => barLine({ ...base, label }, columns));
    // Ten letters, twenty columns: the bar becomes shorter and shorter beside them.
    expect(whole).toBe(`${label}  epoch   9/100 ${'█'.repeat(8)}${'░'.repeat(8)}  5/10  loss NaN`);
    expect(cut).toBe('漢字の…実行  epoch   9/100  5/10  loss NaN');
  });
});
