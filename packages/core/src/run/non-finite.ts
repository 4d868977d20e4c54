import type { EpochLogs } from './record.js';
import type { RunState } from './run-state.js';

/** Numbers that are finite as long as training means anything. */
const TRUSTED = ['loss', 'penalty', 'val_loss', 'val_penalty'];

const NOT_FINITE = 'the run is no longer finite';

/** A run whose numbers mean nothing any more goes on as asked, and its record says so once. */
export function noteNonFinite(run: RunState, numbers: EpochLogs): void {
  const bad = TRUSTED.find((name) => name in numbers && !Number.isFinite(numbers[name]));
  if (bad === undefined || run.events.some(({ message }) => message.startsWith(NOT_FINITE))) return;
  run.note(
    'trainer',
    `${NOT_FINITE}: ${bad} is ${numbers[bad]} after epoch ${run.epoch}, and what follows cannot be trusted. ` +
      'Lower the learning rate, scale the inputs, or clip the gradients; nanGuard() ends such a run.',
  );
}
