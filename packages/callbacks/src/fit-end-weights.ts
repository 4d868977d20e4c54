import type { HostArrays, Run, RunStatus } from '@espalier/core';

type BeforeRestore = (status: RunStatus) => Promise<void>;

const waiting = new WeakMap<Run, BeforeRestore[]>();

/**
 * Has `action` run before any plugin of this package replaces the weights at the end of the run. A checkpoint to go on
 * from must hold the weights that training reached, wherever its plugin stands in the list.
 */
export function beforeRestoring(run: Run, action: BeforeRestore): void {
  const actions = waiting.get(run);
  if (actions) actions.push(action);
  else waiting.set(run, [action]);
}

/** Replaces the weights at the end of a run. */
export async function restoreWeights(run: Run, weights: HostArrays, status: RunStatus): Promise<void> {
  for (const action of waiting.get(run) ?? []) await action(status);
  await run.setWeights(weights);
}
