import { describe, expect, it } from 'vitest';
import { erf } from '../../../../testing/float64.js';
import { instantiateFunction } from '../../../../testing/wasm-graph.js';
import { mapLoop } from '../map-loop.js';
import { VectorBuilder, type Vector } from '../vector.js';
import type { Region } from '../view.js';
import { elementary, power, remainder } from './elementary.js';

/** Floats of every exponent and sign, denormals, zeros, infinities and NaN among them. */
function everyKind(): Float32Array {
  const bits = new Uint32Array(256 * 64);
  let seed = 1;
  for (let i = 0; i < bits.length; i++) {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    bits[i] = (((i % 256) << 23) | (seed >>> 9)) ^ (i & 256 ? 0x80000000 : 0);
  }
  return Float32Array.of(
    ...new Float32Array(bits.buffer),
    0,
    -0,
    1,
    -1,
    Infinity,
    -Infinity,
    NaN,
    1e-45,
    -1e-45,
  );
}

/** Numbers close together where functions bend. */
function between(low: number, high: number, count = 4001): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));
}

function evaluate(
  body: (v: VectorBuilder, x: Vector, y: Vector) => Vector,
  x: Float32Array,
  y: Float32Array = x,
): Float32Array {
  const v = new VectorBuilder();
  const region = (at: number): Region => ({
    name: `${at}`,
    elements: x.length,
    bytesPerElement: 4,
    address: 64 + at * (4 * x.length + 64),
  });
  const access = (at: number) => ({ region: region(at), offset: 0, strides: [1], lanes: 'f32' as const });
  const value = body(v, v.read('f32', 0), v.read('f32', 1));
  const fn = mapLoop({
    extents: [x.length],
    reads: [access(0), access(1)],
    stores: [{ access: access(2), value }],
    vectors: v,
  });
  const { memory, step } = instantiateFunction(fn, region(3).address + 64);
  new Float32Array(memory.buffer, region(0).address, x.length).set(x);
  new Float32Array(memory.buffer, region(1).address, y.length).set(y);
  step();
  return new Float32Array(memory.buffer, region(2).address, x.length).slice();
}

/** The largest distance from the exact results, in units in the last place. */
function largestError(actual: Float32Array, exact: (i: number) => number): number {
  let worst = 0;
  actual.forEach((value, i) => {
    const wanted = exact(i);
    const rounded = Math.fround(wanted);
    if (Object.is(value, rounded) || (Number.isNaN(value) && Number.isNaN(rounded))) return;
    if (!Number.isFinite(rounded) || !Number.isFinite(value) || (value === 0) !== (rounded === 0)) {
      // Next to the largest and the smallest float a rounding error decides.
      const gap = Math.abs(
        Math.abs(wanted) - (Number.isFinite(rounded) && rounded !== 0 ? 2 ** -150 : 3.4028235677973366e38),
      );
      if (gap > Math.abs(wanted) * 1e-7) worst = Infinity;
      return;
    }
    const unit = 2 ** Math.max(-149, Math.floor(Math.log2(Math.abs(wanted))) - 23);
    worst = Math.max(worst, Math.abs(value - wanted) / unit);
  });
  return worst;
}

const references: Record<keyof typeof elementary, (x: number) => number> = {
  acos: Math.acos,
  acosh: Math.acosh,
  asin: Math.asin,
  asinh: Math.asinh,
  atan: Math.atan,
  atanh: Math.atanh,
  cos: Math.cos,
  cosh: Math.cosh,
  erf,
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  sin: Math.sin,
  sinh: Math.sinh,
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  tan: Math.tan,
  tanh: Math.tanh,
};

describe('elementary functions', () => {
  const circular = new Set(['sin', 'cos', 'tan']);
  it.each(Object.keys(elementary) as (keyof typeof elementary)[])('%s is rounded once', (name) => {
    const all = [everyKind(), between(-1.5, 1.5), between(-20, 20), between(-110, 110)];
    for (const given of all) {
      const x = circular.has(name) ? given.filter((value) => !(Math.abs(value) > 2 ** 29)) : given;
      const results = evaluate((v, a) => elementary[name](v, a), x);
      expect(largestError(results, (i) => references[name](x[i]!))).toBeLessThan(0.5001);
    }
  });

  it('powers are those of JavaScript', () => {
    const x = Float32Array.of(...everyKind().subarray(0, 4096), ...between(-3, 3), ...between(0, 50));
    for (const exponent of [0, -0, 1, 2, 3, -1, 0.5, -2.5, 7, 1 / 3, Infinity, -Infinity, NaN, 1e10]) {
      const y = new Float32Array(x.length).fill(exponent);
      const results = evaluate((v, a, b) => power(v, a, b), x, y);
      expect(largestError(results, (i) => x[i]! ** y[i]!)).toBeLessThan(0.5001);
    }
    const special = [0, -0, 1, -1, 2, -2, 0.5, -0.5, Infinity, -Infinity, NaN];
    const pairs = special.flatMap((a) => [...special, 3, -3].map((b) => [a, b] as const));
    const bases = Float32Array.from(pairs, ([a]) => a);
    const exponents = Float32Array.from(pairs, ([, b]) => b);
    const results = evaluate((v, a, b) => power(v, a, b), bases, exponents);
    expect([...results]).toEqual(pairs.map(([a, b]) => Math.fround(a ** b)));
  });

  it('remainders are exact', () => {
    const x = between(-1000, 1000);
    for (const divisor of [3, -7.25, 0.1, Infinity, 1e-3]) {
      const y = new Float32Array(x.length).fill(divisor);
      const results = evaluate((v, a, b) => remainder(v, a, b), x, y);
      expect([...results]).toEqual([...x].map((value, i) => Math.fround(value % y[i]!)));
    }
  });
});
