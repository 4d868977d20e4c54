import { expect, test } from 'vitest';
import { comparableCheckpoint, comparableRecord } from './bits.js';
import { TOY_STEPS, toyRun, type ToyRunOptions } from './toy-run.js';

/**
 * Tests that a run which was frozen and resumed in new objects ends as the one that was never stopped: weights, slots,
 * plugin state, history, bit for bit.
 *
 * @param make Makes the parts of a run, a new one at each call.
 */
export function resumeTests(make: () => ToyRunOptions): void {
  test.each([
    ['at the end of an epoch', TOY_STEPS],
    ['in the middle of an epoch', TOY_STEPS + 1],
  ])('resumed %s, a run ends as if never stopped', async (_, saveAt) => {
    const fit = { epochs: 3 };
    const whole = await toyRun({ ...make(), fit, saveAt });
    // A plugin may stop the run before that.
    if (!whole.saved) return;
    const resumed = await toyRun({ ...make(), fit: { ...fit, resumeFrom: whole.saved } });
    expect(comparableCheckpoint(resumed.final)).toEqual(comparableCheckpoint(whole.final));
    expect(comparableRecord(resumed.record)).toEqual(comparableRecord(whole.record));
  });
}
