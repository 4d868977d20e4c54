import type { Plugin, Run } from '@espalier/core';
import type { HookMessage, RunMessage, TellingHook } from './messages.js';
import { toWire } from './wire-error.js';

interface TellingOptions {
  readonly name: string;
  readonly tell: (message: RunMessage) => void;
  readonly signal: AbortSignal;
  /** Milliseconds between two steps told of, at least; `undefined` tells of none. */
  readonly stepInterval: number | undefined;
}

/** The worker's end of a run: tells of its hooks, and stops it when the signal fires. */
export function tellingPlugin({ name, tell, signal, stepInterval }: TellingOptions): Plugin<never, never> {
  let told = { epochs: 0, events: 0, seconds: 0 };
  let toldStepAt = -Infinity;
  /** Whether the present step is told of. */
  let telling = false;
  let release = (): void => {};

  const say = (
    hook: TellingHook,
    run: Run,
    more: Partial<Pick<HookMessage, 'start' | 'logs' | 'error' | 'status'>> = {},
  ): void => {
    const { epoch, epochs, step, stepInEpoch, stepsPerEpoch, learningRate, record, stopReason } = run;
    const added = {
      epochs: record.epochs.slice(told.epochs),
      events: record.events.slice(told.events),
      seconds: record.seconds.slice(told.seconds),
    };
    told = {
      epochs: record.epochs.length,
      events: record.events.length,
      seconds: record.seconds.length,
    };
    tell({
      type: 'hook',
      hook,
      position: { epoch, epochs, step, stepInEpoch, stepsPerEpoch, learningRate },
      added,
      ...(stopReason === undefined ? {} : { stopReason }),
      ...more,
    });
  };

  return {
    name,
    config: { kind: 'worker', stepInterval: stepInterval ?? null },
    // After the others, so that what they log and remark is told too.
    enforce: 'post',
    onFitStart(run) {
      release();
      told = { epochs: 0, events: 0, seconds: 0 };
      toldStepAt = -Infinity;
      const stop = (): void => run.stop(String(signal.reason), { resumable: true });
      signal.addEventListener('abort', stop, { once: true });
      release = () => signal.removeEventListener('abort', stop);
      if (signal.aborted) stop();
      const { seed, metricNames, record } = run;
      const directions = Object.fromEntries(metricNames.map((name) => [name, run.directionOf(name)]));
      const { executor, setup } = record;
      say('onFitStart', run, { start: { seed, metricNames: [...metricNames], directions, executor, setup } });
    },
    onEpochStart: (run) => say('onEpochStart', run),
    ...(stepInterval === undefined
      ? {}
      : {
          onStepStart(run) {
            telling = performance.now() - toldStepAt >= stepInterval;
            if (telling) say('onStepStart', run);
          },
          async onStepEnd(run, logs) {
            if (!telling) return;
            toldStepAt = performance.now();
            say('onStepEnd', run, { logs: await logs.running() });
          },
        }),
    onValidationStart: (run) => say('onValidationStart', run),
    onValidationEnd: (run, logs) => say('onValidationEnd', run, { logs }),
    onEpochEnd: (run, logs) => say('onEpochEnd', run, { logs }),
    onTrainEnd: (run, status) => say('onTrainEnd', run, { status }),
    onError: (run, error) => say('onError', run, { error: toWire(error) }),
    onFitEnd(run, status) {
      release();
      say('onFitEnd', run, { status });
    },
  };
}
