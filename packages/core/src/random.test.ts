import { describe, expect, test, vi } from 'vitest';
import { stream } from './random.js';

describe('stream', () => {
  test('is a pure function of seed, name and index', () => {
    expect(stream(1, 'a', 5).uniforms(8)).toEqual(stream(1, 'a', 5).uniforms(8));
    const first = stream(1, 'a', 5).nextInt32();
    for (const other of [
      stream(2, 'a', 5),
      stream(1, 'b', 5),
      stream(1, 'a', 6),
      stream(1 + 2 ** 32, 'a', 5),
    ]) {
      expect(other.nextInt32()).not.toBe(first);
    }
  });

  test('never changes: these numbers are part of the format of a resumed run', () => {
    expect(
      Array.from(
        { length: 3 },
        (
          (s) => () =>
            s.nextInt32()
        )(stream(42, 'dropout/hidden_1', 7)),
      ),
    ).toMatchInlineSnapshot(`
      [
        1158066935,
        -657958061,
        -1450352950,
      ]
    `);
  });

  test('first draws of neighbouring seeds, names and indices are uncorrelated', () => {
    const draws = (f: (i: number) => number): number[] => Array.from({ length: 4000 }, (_, i) => f(i));
    for (const values of [
      draws((i) => stream(i, 'a').uniform()),
      draws((i) => stream(0, `layer_${i}`).uniform()),
      draws((i) => stream(0, 'a', i).uniform()),
    ]) {
      const mean = values.reduce((a, b) => a + b) / values.length;
      // Standard errors: mean 1/sqrt(12 n) = 0.0046, lag-1 correlation 1/sqrt(n) = 0.016; four of each.
      expect(Math.abs(mean - 0.5)).toBeLessThan(0.0183);
      const lag =
        values.slice(1).reduce((sum, v, i) => sum + (v - 0.5) * (values[i]! - 0.5), 0) / (values.length / 12);
      expect(Math.abs(lag)).toBeLessThan(0.064);
    }
  });

  test.each([255, 256, 16384, 16385, 40000])('%d at once are what one by one gives', (length) => {
    const [together, single] = [stream(9, 'bulk'), stream(9, 'bulk')];
    const values = together.uniforms(length);
    for (let i = 0; i < length; i++) if (values[i] !== single.uniform()) expect.fail(`number ${i} differs`);
    expect(together.nextInt32()).toBe(single.nextInt32());
    expect(together.uniforms(300)).toEqual(single.uniforms(300));
  });

  test('where a page forbids WebAssembly the numbers are the same', async () => {
    const expected = stream(9, 'bulk').uniforms(1000);
    vi.stubGlobal('WebAssembly', undefined);
    vi.resetModules();
    const { stream: slow } = await import('./random.js');
    expect(slow(9, 'bulk').uniforms(1000)).toEqual(expected);
    vi.unstubAllGlobals();
  });

  test('uniforms fill [0, 1) evenly', () => {
    const counts = new Array<number>(10).fill(0);
    for (const u of stream(3, 'u').uniforms(100_000)) counts[Math.floor(u * 10)]!++;
    // chi-squared with 9 degrees of freedom: 27.9 is its 99.9th percentile.
    expect(counts.reduce((sum, n) => sum + (n - 10_000) ** 2 / 10_000, 0)).toBeLessThan(27.9);
  });

  test('normals have the moments of the normal distribution', () => {
    const values = stream(3, 'n').normals(200_000);
    const moment = (k: number): number => values.reduce((sum, v) => sum + v ** k, 0) / values.length;
    expect(Math.abs(moment(1))).toBeLessThan(4 / Math.sqrt(200_000));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt(2 / 200_000));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(4 * Math.sqrt(96 / 200_000));
    expect(values.every(Number.isFinite)).toBe(true);
  });

  test('permutations hold every number once, and every order is as likely', () => {
    expect([...stream(1, 'p').permutation(1000)].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 1000 }, (_, i) => i),
    );
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = stream(1, 'p', i).permutation(3).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    // chi-squared with 5 degrees of freedom: 20.5 is its 99.9th percentile.
    expect([...counts.values()].reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0)).toBeLessThan(20.5);
    expect(stream(1, 'p').permutation(0)).toHaveLength(0);
  });
});
