import type { Schedule, StepPosition } from '@espalier/core';
import { describe, expect, test } from 'vitest';
import { contractExecutor } from './contract-executor.js';
import { expectRefused } from './expect-refused.js';

/** Positions out of order: the first step, the end of an epoch, far beyond any decay. */
const POSITIONS: readonly StepPosition[] = [0, 99, 7, 1_000_000, 100, 1].map((step) => ({
  step,
  epoch: Math.floor(step / 100),
  stepsPerEpoch: 100,
}));

/** What every schedule must hold: it is a function of the position alone, finite everywhere. */
export function scheduleContract(
  name: string,
  make: () => Schedule,
  { bad = {} }: { readonly bad?: Readonly<Record<string, () => unknown>> } = {},
): void {
  if (contractExecutor()) return;
  describe(`${name} is a schedule`, () => {
    test('is a finite function of the position alone, whatever was asked before', () => {
      const schedule = make();
      const values = POSITIONS.map((at) => schedule(at));
      expect(values.every(Number.isFinite), String(values)).toBe(true);
      expect([...POSITIONS].reverse().map((at) => schedule(at))).toEqual([...values].reverse());
      expect(POSITIONS.map((at) => make()(at))).toEqual(values);
    });

    test('carries the options it was made with, as plain JSON', () => {
      const { config } = make();
      expect(config).toHaveProperty('kind');
      expect(JSON.parse(JSON.stringify(config))).toEqual(config);
    });

    test('refuses bad options', () => {
      for (const [what, call] of Object.entries(bad)) expectRefused(what, call);
    });
  });
}
