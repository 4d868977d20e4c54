import { describe, expect, test } from 'vitest';
import { float } from '../space/distributions.js';
import { space } from '../space/space.js';
import { createStudy } from './create-study.js';

const line = space({ x: float(0, 1) });
const quiet = { stopOnInterrupt: false };

describe('limits', () => {
  test('seconds', async () => {
    let now = 0;
    const study = await createStudy({ space: line, clock: () => now });
    await study.optimize(
      () => {
        now += 400;
        return 1;
      },
      { trials: 99, seconds: 1, ...quiet },
    );
    expect(study.trials.length).toBe(3);
  });

  test('stagnation, known up to t - n, whatever ends first', async () => {
    const values = [5, 3, 4, NaN, 3, 2, 9, 8, 7, 6, 1];
    for (const [parallel, count] of [
      [1, 9],
      [2, 10],
      [3, 11],
    ] as const) {
      const study = await createStudy({ space: line });
      await study.optimize(({ number }) => values[number] ?? 10, {
        trials: 11,
        stagnation: 3,
        parallel,
        ...quiet,
      });
      expect(study.trials.length).toBe(count);
    }
    const upwards = await createStudy({ space: line, direction: 'maximize' });
    const rising = ({ number }: { number: number }) => number;
    await upwards.optimize(rising, { trials: 12, stagnation: 1, ...quiet });
    expect(upwards.trials.length).toBe(12);
    const two = await createStudy({ space: line, direction: ['minimize', 'minimize'] });
    await expect(two.optimize(() => [1, 1], { trials: 2, stagnation: 1, ...quiet })).rejects.toThrow(
      /stagnation must be left out with several objectives/,
    );
  });

  test('an infeasible trial is not the best that others are compared with', async () => {
    const study = await createStudy({ space: line });
    await study.optimize(
      (trial) => {
        trial.constrain([trial.number === 0 ? 1 : -1]);
        return trial.number;
      },
      { trials: 9, stagnation: 2, ...quiet },
    );
    expect(study.trials.length).toBe(4);
  });

  test('failures, known up to t - n', async () => {
    const study = await createStudy({ space: line });
    const objective = ({ number }: { number: number }) => {
      if (number % 2 === 1) throw new Error(`odd ${number}`);
      return 1;
    };
    await expect(
      study.optimize(objective, { trials: 99, failures: 2, parallel: 2, ...quiet }),
    ).rejects.toThrow(/2 of 5 trials failed, the last one \(3\) with: odd 3/);
    expect(study.trials.map(({ state }) => state[0]).join('')).toBe('cfcfc');
  });

  test('a study of failures alone does not end as if all were well', async () => {
    const study = await createStudy({ space: line });
    const broken = study.optimize(() => Promise.reject(new Error('no data')), { trials: 3, ...quiet });
    await expect(broken).rejects.toThrow(/3 of 3 trials failed, the last one \(2\) with: no data/);
    expect(study.trials.every(({ error }) => error?.message === 'no data')).toBe(true);
  });

  test('stop lets running trials end', async () => {
    const study = await createStudy({ space: line });
    const ends: number[] = [];
    await study.optimize(() => 1, {
      trials: 99,
      parallel: 2,
      onTrialEnd({ number }) {
        ends.push(number);
        if (number === 4) study.stop('enough');
      },
      ...quiet,
    });
    expect(study.stopReason).toBe('enough');
    expect(ends).toEqual([0, 1, 2, 3, 4, 5].slice(0, ends.length));
    expect(study.trials.every(({ state }) => state === 'complete')).toBe(true);
  });

  test('a signal drops what runs, and it is resumed', async () => {
    const controller = new AbortController();
    const study = await createStudy({ space: line, clock: () => 0 });
    const seen: number[] = [];
    const objective = async (trial: { number: number; signal: AbortSignal }) => {
      seen.push(trial.number);
      if (seen.length === 3) controller.abort();
      return trial.signal.aborted ? -1 : trial.number;
    };
    await study.optimize(objective, { trials: 5, signal: controller.signal, ...quiet });
    expect(study.trials.map(({ state }) => state)).toEqual(['complete', 'complete', 'running']);
    await study.optimize(objective, { trials: 5, ...quiet });
    expect(seen).toEqual([0, 1, 2, 2, 3, 4]);
    expect(study.trials.map(({ values }) => values)).toEqual([[0], [1], [2], [3], [4]]);
  });

  test('the first Ctrl-C is such a signal', async () => {
    const study = await createStudy({ space: line });
    const listeners = process.listenerCount('SIGINT');
    await study.optimize(
      ({ number, signal }) => {
        if (number === 1) process.emit('SIGINT');
        expect(signal.aborted).toBe(number === 1);
        return 1;
      },
      { trials: 5 },
    );
    expect(study.trials.map(({ state }) => state)).toEqual(['complete', 'running']);
    expect(process.listenerCount('SIGINT')).toBe(listeners);
  });

  test('an error of the caller ends it, once running trials have ended', async () => {
    const study = await createStudy({ space: line });
    const onTrialEnd = () => Promise.reject(new Error('no disk'));
    await expect(study.optimize(() => 1, { trials: 9, onTrialEnd, ...quiet })).rejects.toThrow('no disk');
    expect(study.trials.length).toBe(1);
    const wrong = study.optimize(() => [1, 2], { trials: 9, ...quiet });
    await expect(wrong).rejects.toThrow(/value must be a number/);
    expect(study.trials.at(-1)!.state).toBe('running');
  });

  test('a trial that is run by hand elsewhere is waited for with words', async () => {
    const study = await createStudy({ space: line });
    await study.ask();
    await expect(study.optimize(() => 1, { trials: 3, ...quiet })).rejects.toThrow(
      /needs the outcome of trial 0/,
    );
  });
});

test.each([
  [{ trials: 0 }, /trials must/],
  [{ trials: 1, parallel: 0 }, /parallel must/],
  [{ trials: 1, seconds: -1 }, /seconds must/],
  [{ trials: 1, failures: 0 }, /failures must/],
])('%o is refused', async (options, message) => {
  const study = await createStudy({ space: line });
  await expect(study.optimize(() => 1, options)).rejects.toThrow(message);
});
