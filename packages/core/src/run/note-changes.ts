import { plainJson } from '../option-rules.js';
import type { RunSetup } from './record.js';
import type { RunState } from './run-state.js';

/** What a resumed run may have otherwise than before, since its state fits all the same, but not without a word. */
export function noteChanges(run: RunState, saved: RunSetup, own: RunSetup): void {
  const [before, now] = [partsOf(saved), partsOf(own)];
  for (const [what, value] of Object.entries(now)) {
    const [was, is] = [before[what], value].map((part) => JSON.stringify(plainJson(part ?? null)));
    if (was !== is)
      run.note('trainer', `resumed with other settings of the ${what}: ${is} instead of ${was}.`);
  }
  const layers = differing(saved.layers, own.layers);
  if (saved.layers && layers.length > 0)
    run.note(
      'trainer',
      `resumed with other settings (activation, rate, ...) of the layers ${layers.join(', ')}.`,
    );
  if (saved.validation && own.validation && saved.validation.fingerprint !== own.validation.fingerprint)
    run.note(
      'trainer',
      'resumed with other validation data: val_ numbers before and after are not of the same examples.',
    );
}

function partsOf({
  optimizer,
  losses,
  metrics,
  plugins,
  inStep = [],
  options,
}: RunSetup): Record<string, unknown> {
  return {
    optimizer: optimizer?.config,
    losses: Object.values(losses ?? {}),
    metrics: Object.values(metrics ?? {}),
    // Those that only watch may come and go.
    'plugins in the step': plugins.filter(({ name }) => inStep.includes(name)),
    'limit of validation': (options?.['limit'] as { validation?: number } | undefined)?.validation,
  };
}

function differing(
  saved: Readonly<Record<string, string>> = {},
  own: Readonly<Record<string, string>> = {},
): string[] {
  return [...new Set([...Object.keys(saved), ...Object.keys(own)])].filter(
    (name) => saved[name] !== own[name],
  );
}
