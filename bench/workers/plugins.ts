import type { Plugin } from '@espalier/core';
import { earlyStopping, nanGuard, reduceLROnPlateau } from '@espalier/callbacks';

/** Plugins without a single hook. */
export function idlePlugins(count: number): Plugin[] {
  return Array.from({ length: count }, (_, i) => ({ name: `idle-${i}` }));
}

/** Ten plugins that watch, as most do; what changes the arithmetic of a step would be measured as the step itself. */
export function typicalPlugins(count: number): Plugin[] {
  const all: Plugin[] = [
    earlyStopping({ monitor: 'loss', patience: 1000 }),
    reduceLROnPlateau({ monitor: 'loss', patience: 1000 }),
    nanGuard(),
    { name: 'losses', logs: ['seen'], onEpochEnd: (run, logs) => run.log('seen', logs['loss']!) },
    { name: 'rate', onStepEnd: (run) => void run.learningRate },
    { name: 'counter', onStepEnd: (run) => void run.step },
    { name: 'start', onFitStart: () => {} },
    { name: 'end', onFitEnd: () => {} },
    { name: 'epoch', onEpochStart: () => {} },
    {
      name: 'running',
      onStepEnd: async (run, logs) => void (run.step % 100 === 0 && (await logs.running())),
    },
  ];
  return all.slice(0, count);
}
