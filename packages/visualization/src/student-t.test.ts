import { expect, test } from 'vitest';
import { studentT95 } from './student-t.js';

test('points of Student’s t', () => {
  expect(studentT95(4)).toBe(2.776);
  expect(studentT95(1000)).toBe(2.042);
  expect(studentT95(0)).toBeNaN();
});
