import { describe, test } from 'vitest';
import { node } from '../src/index.js';
import { howToBuild } from './how-to-build.js';

/** Tests on tfjs-node itself; where it is not installed, one that is skipped and says what it needs. */
export async function onRealLibrary(name: string, tests: () => void): Promise<void> {
  const availability = await node().isAvailable();
  if (availability.available) describe(name, tests);
  else
    test(name, ({ skip }) => {
      skip(`${howToBuild} (${availability.reason})`);
    });
}
