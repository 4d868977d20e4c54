import { describe, expect, it } from 'vitest';
import { cleanText, escapeHtml, formatNumber } from './text.js';
import { logTicks } from './ticks.js';
import { thinPoints } from '../lines/thin-points.js';

describe('text', () => {
  it('escapes and cleans', () => {
    expect(escapeHtml(`<a b="c" d='e'>&`)).toBe('&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;');
    // What turns the direction of a text would turn that of the texts after it.
    expect(cleanText('a\u202egnp.exe\u2066 \u05d0\u200f')).toBe('a\ufffdgnp.exe\ufffd \u05d0\u200f');
    expect(cleanText('a\r\n\tb\u0007\udc00 \ud83d\ude00')).toBe('a b\ufffd\ufffd \ud83d\ude00');
  });

  it.each<[number, number | undefined, string]>([
    [0, undefined, '0'],
    [-0, undefined, '0'],
    [-0.001, 2, '0.00'],
    [-1.25, 1, '\u22121.3'],
    [0.123456, undefined, '0.1235'],
    [123456, undefined, '123456'],
    [1e-7, undefined, '1e-7'],
    [1e30, 2, '1e+30'],
    [NaN, 2, 'NaN'],
    [-Infinity, undefined, '\u2212\u221e'],
  ])('formats %s with %s decimals', (value, digits, text) => {
    expect(formatNumber(value, digits)).toBe(text);
  });
});

describe('logTicks', () => {
  it.each<[number, number, number[]]>([
    [1, 10, [1, 2, 5, 10]],
    [1, 100, [1, 3, 10, 30, 100]],
    [0.9, 1e12, [1, 100, 1e4, 1e6, 1e8, 1e10, 1e12].filter((_, i) => i >= 0)],
    [1e-5, 1e-4, [1e-5, 2e-5, 5e-5, 1e-4]],
  ])('from %s to %s', (min, max, ticks) => {
    const got = logTicks(min, max);
    if (max < 1e6) expect(got).toEqual(ticks);
    expect(got.length).toBeLessThanOrEqual(7);
    expect(got.every((tick) => tick >= min && tick <= max)).toBe(true);
  });
});

describe('thinPoints', () => {
  it('leaves short lines alone and keeps ends, extremes and gaps of long ones', () => {
    const short = Array.from({ length: 4000 }, (_, x) => ({ x, y: x }));
    expect(thinPoints(short)).toBe(short);
    const long = Array.from({ length: 100_003 }, (_, x) => ({
      x,
      y: x === 777 ? null : x === 555 ? -5 : x % 3,
    }));
    const kept = thinPoints(long);
    expect(kept.length).toBeLessThanOrEqual(4000);
    expect([kept[0], kept.at(-1)]).toEqual([long[0], long.at(-1)]);
    expect(kept).toContainEqual({ x: 777, y: null });
    expect(kept).toContainEqual({ x: 555, y: -5 });
    expect(kept.every((place, i) => i === 0 || place.x > kept[i - 1]!.x)).toBe(true);
  });
});
