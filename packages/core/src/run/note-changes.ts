import { plainJson } from '../option-rules.js';
import type { RunSetup } from './record.js';
import type { RunState } from './run-state.js';

/** What a resumed run may have otherwise than before, since its state fits all the same, but not without a word. */
export function noteChanges(run: RunState, saved: RunSetup, own: RunSetup): void {
  const parts = (setup: RunSetup): Record<string, unknown> => ({
    optimizer: setup.optimizer?.config,
    losses: setup.losses,
  });
  const [before, now] = [parts(saved), parts(own)];
  for (const [what, value] of Object.entries(now)) {
    const [was, is] = [before[what], value].map((part) => JSON.stringify(plainJson(part ?? null)));
    if (was !== is)
      run.note('trainer', `resumed with other settings of the ${what}: ${is} instead of ${was}.`);
  }
}
