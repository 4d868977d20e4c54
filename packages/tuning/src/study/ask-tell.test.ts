import { describe, expect, test } from 'vitest';
import { gridSampler } from '../samplers/grid-sampler.js';
import { randomSampler } from '../samplers/random-sampler.js';
import { choice, float, int } from '../space/distributions.js';
import { space } from '../space/space.js';
import { createStudy } from './create-study.js';
import { outcome, searchOptions } from './search.fixture.js';

const line = space({ x: float(0, 1) });
const quiet = { stopOnInterrupt: false };

describe('ask and tell', () => {
  test('give the search of optimize', async () => {
    const whole = await createStudy(searchOptions({ pruner: undefined as never }));
    await whole.optimize(({ parameters }) => parameters.x ** 2, { trials: 15, parallel: 2, ...quiet });
    const study = await createStudy(searchOptions({ pruner: undefined as never }));
    let before = await study.ask({ parallel: 2 });
    for (let i = 1; i < 15; i++) {
      const next = await study.ask({ parallel: 2 });
      await study.tell(before, before.parameters.x ** 2);
      before = next;
    }
    await study.tell(before, before.parameters.x ** 2);
    expect(outcome(study)).toEqual(outcome(whole));
  });

  test('a trial is not chosen before what it depends on is told', async () => {
    const study = await createStudy({ space: line });
    const trial = await study.ask();
    await expect(study.ask()).rejects.toThrow(
      '[study] trial 1 needs the outcome of trial 0; tell it first, or ask with a larger parallel than 1.',
    );
    expect((await study.ask({ parallel: 2 })).number).toBe(1);
    await study.tell(trial, 1);
    await expect(study.tell(trial, 1)).rejects.toThrow(/trial 0 does not run/);
  });

  test('outcomes: value, pruned, failure, NaN', async () => {
    const study = await createStudy({ space: line });
    await study.tell(await study.ask(), 2);
    await study.tell(await study.ask(), 'pruned');
    await study.tell(await study.ask(), { error: new TypeError('no') });
    await study.tell(await study.ask(), NaN);
    await study.tell(await study.ask(), -Infinity);
    expect(study.trials.map(({ state, values, error }) => [state, values, error?.message])).toEqual([
      ['complete', [2], undefined],
      ['pruned', undefined, undefined],
      ['failed', undefined, 'no'],
      ['failed', undefined, 'the objective returned NaN'],
      ['complete', [-Infinity], undefined],
    ]);
    expect(study.best?.number).toBe(4);
    await expect(study.tell(await study.ask(), [1, 2])).rejects.toThrow(
      /value must be a number or 'pruned', got \[1, 2\]/,
    );
  });
});

describe('enqueued values', () => {
  const mixed = space({ kind: choice(['a', 'b']), x: float(0, 1), n: int(1, 9) });
  test('come first, in order, and the sampler chooses the rest', async () => {
    const plain = await createStudy({ space: mixed, sampler: randomSampler(), clock: () => 0 });
    await plain.optimize(() => 0, { trials: 4, ...quiet });
    const study = await createStudy({ space: mixed, sampler: randomSampler(), clock: () => 0 });
    await study.enqueue({ kind: 'b', x: 0.25, n: 3 });
    await study.enqueue({ x: 0.5 });
    await study.optimize(() => 0, { trials: 4, ...quiet });
    expect(study.trials[0]!.parameters).toEqual({ kind: 'b', x: 0.25, n: 3 });
    expect(study.trials[1]!.parameters).toEqual({ ...plain.trials[1]!.parameters, x: 0.5 });
    expect(study.trials[1]!.fixed).toEqual({ x: 0.5 });
    expect(study.trials.slice(2).map(({ parameters }) => parameters)).toEqual(
      plain.trials.slice(2).map(({ parameters }) => parameters),
    );
  });

  test('that change a condition leave no parameter out and none too many', async () => {
    for (const kind of ['line', 'bowl'] as const) {
      const study = await createStudy(searchOptions());
      for (let i = 0; i < 6; i++) await study.enqueue({ kind });
      await study.optimize(() => 1, { trials: 6, ...quiet });
      for (const { parameters } of study.trials) {
        expect(parameters.kind).toBe(kind);
        expect('slope' in parameters).toBe(kind === 'line');
      }
    }
  });

  test('take no point of the grid away, and do not end with it', async () => {
    const study = await createStudy({ space: space({ n: int(1, 3) }), sampler: gridSampler() });
    await study.enqueue({ n: 2 });
    await study.optimize(({ parameters }) => parameters.n, { trials: 99, ...quiet });
    expect(study.trials.map(({ parameters }) => parameters.n)).toEqual([2, 1, 2, 3]);
    await expect(study.ask()).rejects.toThrow(
      '[study] grid has no more suggestions; the search is complete.',
    );
    await study.enqueue({ n: 3 });
    expect((await study.ask()).parameters.n).toBe(3);
  });

  test('may be null', async () => {
    const study = await createStudy({ space: space({ limit: choice([1, null, 2]), x: float(0, 1) }) });
    for (let i = 0; i < 4; i++) await study.enqueue({ limit: null });
    await study.optimize(() => 0, { trials: 4, ...quiet });
    expect(study.trials.map(({ parameters }) => parameters.limit)).toEqual([null, null, null, null]);
  });

  test('must be in the space', async () => {
    const study = await createStudy({ space: mixed });
    await expect(study.enqueue({ x: 2 })).rejects.toThrow(
      "parameter 'x' must be a number from 0 to 1, got 2.",
    );
    await expect(study.enqueue({ y: 2 } as never)).rejects.toThrow("parameter 'y' is not in the space");
  });
});
