import { expect, test } from 'vitest';
import { serveRuns } from './index.js';

test('on the main thread it gives the jobs back and does nothing', () => {
  const jobs = { twice: (n: number) => 2 * n };
  expect(serveRuns(jobs)).toBe(jobs);
});

test.each([
  ['no jobs', {}],
  ['nothing', undefined],
  ['a job that is no function', { train: 1 }],
])('refuses %s', (_, jobs) => {
  expect(() => serveRuns(jobs as never)).toThrow(/^\[workers\] jobs/);
});
