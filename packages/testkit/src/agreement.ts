import type { HostArrays } from '@espalier/core';
import { eager } from '@espalier/core';
import { expect, test } from 'vitest';
import { contractExecutor } from './contract-executor.js';
import { type ToyRun, toyRun, type ToyRunOptions } from './toy-run.js';
import { onCpu } from './use-cpu.js';

/** Largest difference between two sets of arrays, each relative to max(1, |value|). */
export function largestDifference(actual: HostArrays, expected: HostArrays): number {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  let largest = 0;
  for (const [name, { data }] of Object.entries(expected)) {
    const got = actual[name]!.data;
    expect(got.length, name).toBe(data.length);
    for (let i = 0; i < data.length; i++) {
      if (Object.is(data[i], got[i])) continue;
      const difference = Math.abs(got[i]! - data[i]!) / Math.max(1, Math.abs(data[i]!));
      largest = Math.max(largest, Number.isNaN(difference) ? Infinity : difference);
    }
  }
  return largest;
}

/** float32 has 24 bits: a step of the toy model rounds each number some ten times. */
const ROUNDING = 2 ** -23;

/** How far two executors may be apart after some steps: each step rounds again and carries differences on. */
export function agreementBound(steps: number, growth = 1): number {
  return 30 * ROUNDING * steps * growth;
}

/** Fails where two runs differ: in how they ended, in any number of the last state, in any line of the record. */
export function expectAgreement(actual: ToyRun, expected: ToyRun, bound: number): void {
  expect(actual.record.status).toBe(expected.record.status);
  expect(largestDifference(actual.final.arrays, expected.final.arrays)).toBeLessThanOrEqual(bound);
  expected.record.epochs.forEach((line, i) => {
    const got = actual.record.epochs[i]!;
    expect(Object.keys(got)).toEqual(Object.keys(line));
    for (const [name, value] of Object.entries(line)) {
      if (Object.is(value, got[name])) continue;
      expect(Math.abs(got[name]! - value), name).toBeLessThanOrEqual(bound * Math.max(1, Math.abs(value)));
    }
  });
  expect(actual.record.epochs.length).toBe(expected.record.epochs.length);
}

/**
 * Where a suite runs on another executor, tests that it trains as the eager one does, for 1 and for 10 steps.
 *
 * @param growth How much more than others this part enlarges rounding differences, e.g. Adam's division by a small root.
 *   Default 1.
 */
export function agreementTests(make: () => ToyRunOptions, growth = 1, executor = contractExecutor()): void {
  if (!executor) return;
  test.each([
    ['1 step', 1, { epochs: 1, batchSize: 22 }],
    ['10 steps', 10, { epochs: 5, batchSize: 11 }],
  ])(`${executor.name} agrees with eager after %s`, async (_, steps, fit) => {
    const expected = await onCpu(() => toyRun({ ...make(), fit, executor: eager() }));
    const actual = await toyRun({ ...make(), fit, executor });
    expectAgreement(actual, expected, agreementBound(steps, growth));
  });
}
