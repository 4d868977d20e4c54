import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Hash } from '../hash.js';
import { exp, log, log1p, pow } from './exponential.js';
import { cosPi, sin, sinPi } from './trigonometric.js';

/** Rows of arguments and the exact value in two parts, see testing/references/core/elementary.py. */
const reference = JSON.parse(
  readFileSync(new URL('../../../../testing/references/core/elementary.json', import.meta.url), 'utf8'),
) as Record<string, number[][]>;

const functions: readonly (readonly [string, (x: number, y: number) => number, number, string])[] = [
  ['exp', exp, 1.2, '06da4ca01001548b'],
  ['log1p', log1p, 2.5, 'cb492aba8e9e9a54'],
  ['log', log, 0.9, '5239982985601391'],
  ['pow', pow, 0.7, 'fca697bd20db539e'],
  ['sin', sin, 0.9, 'd7fed9f148a062de'],
  ['sinPi', sinPi, 0.9, 'f9db45511508d9fe'],
  ['cosPi', cosPi, 0.9, '01c4df70467b091f'],
];

/** The distance to the number above, of denormals that of the smallest. */
function unit(x: number): number {
  const bits = new BigInt64Array(new Float64Array([Math.abs(x)]).buffer);
  bits[0]!++;
  return new Float64Array(bits.buffer)[0]! - Math.abs(x);
}

describe.each(functions)('%s', (name, f, bound, digest) => {
  const rows = reference[name]!;

  test('is within its bound of the exact value, over the whole range', () => {
    expect(rows.length).toBeGreaterThan(100);
    for (const row of rows) {
      const [high, low] = row.slice(-2) as [number, number];
      const error = Math.abs(f(row[0]!, row[1]!) - high - low) / unit(high);
      if (!(error <= bound)) expect.fail(`${name}(${row.slice(0, -2).join(', ')}): ${error} units`);
    }
  });

  test('has the bits that it has in every engine', () => {
    const results = Float64Array.from(rows, (row) => f(row[0]!, row[1]!));
    const hash = new Hash();
    hash.bytes(new Uint8Array(results.buffer));
    expect(hash.digest()).toBe(digest);
  });
});

const special = [
  NaN,
  0,
  -0,
  1,
  -1,
  2,
  -2,
  3,
  0.5,
  -0.5,
  1 / 3,
  Infinity,
  -Infinity,
  5e-324,
  -5e-324,
  1.7e308,
  2 ** 53,
];

test('pow has the special cases of Math.pow', () => {
  for (const base of special) {
    for (const exponent of special) {
      const [ours, theirs] = [pow(base, exponent), Math.pow(base, exponent)];
      const same = Object.is(ours, theirs) || (theirs !== 0 && Math.abs(ours / theirs - 1) < 1e-15);
      if (!same) expect.fail(`${base} ** ${exponent}: ${ours}, not ${theirs}`);
    }
  }
});

test('pow is exact where the result is a number', () => {
  for (let base = 2; base < 40; base++) {
    let product = 1;
    for (let n = 1; product * base <= 2 ** 53; n++) expect(pow(base, n)).toBe((product *= base));
  }
  for (let n = -1074; n <= 1023; n++) expect(pow(2, n)).toBe(2 ** n);
});

test('the others have the special cases of Math', () => {
  for (const x of special) {
    expect(Math.fround(log(x))).toBe(Math.fround(Math.log(x)));
    expect(Math.fround(exp(x))).toBe(Math.fround(Math.exp(x)));
    expect(Math.fround(log1p(x))).toBe(Math.fround(Math.log1p(x)));
  }
  expect([exp(0), log1p(0)]).toEqual([1, 0]);
  expect([log(1), sin(0), sinPi(0), cosPi(0)]).toEqual([0, 0, 0, 1]);
  expect([sin(5e-324), sinPi(1e-320)]).toEqual([5e-324, Math.PI * 1e-320]);
  for (const f of [sin, sinPi, cosPi]) expect([f(Infinity), f(-Infinity), f(NaN)]).toEqual([NaN, NaN, NaN]);
});

test('half turns are reduced without an error', () => {
  for (const n of [1, 2, -3, 1e6, 2 ** 40 + 1]) expect(Math.abs(sinPi(n))).toBe(0);
  for (const n of [0.5, 1.5, -2.5, 1e6 + 0.5]) expect(Math.abs(cosPi(n))).toBe(0);
  expect([sinPi(0.5), sinPi(1.5), cosPi(1), cosPi(2 ** 53 + 2)]).toEqual([1, -1, -1, 1]);
});
