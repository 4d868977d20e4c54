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
    let whole = await toyRun({ ...make(), fit, saveAt });
    if (!whole.saved) {
      // Only a run that was stopped before may have no checkpoint; then its first step has one.
      expect(whole.record.status).toBe('stopped');
      expect(whole.final.step).toBeLessThan(saveAt);
      whole = await toyRun({ ...make(), fit, saveAt: 1 });
    }
    expect(whole.saved, 'a checkpoint was taken').toBeDefined();
    const resumed = await toyRun({ ...make(), fit: { ...fit, resumeFrom: whole.saved! } });
    expect(comparableCheckpoint(resumed.final)).toEqual(comparableCheckpoint(whole.final));
    expect(comparableRecord(resumed.record)).toEqual(comparableRecord(whole.record));
  });
}
