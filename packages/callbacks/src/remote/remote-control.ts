import type { Plugin, Run, Schedule } from '@espalier/core';
import { checkOptions, option, readOptions } from '@espalier/core';
import { didYouMean } from '@espalier/core/internal';
import { CheckpointSeries, newest } from '../checkpoint-series.js';
import { folderStore } from '../files/folder-store.js';
import type { ReleaseLock } from '../files/run-lock.js';
import { lockInStore, type RunStore, storeRule } from '../files/run-store.js';
import { inScope } from '../files/storage-error.js';
import type { ControlChannel, RunAnswer, RunCommand } from './channel.js';

/** Options of {@link remoteControl}. */
export interface RemoteControlOptions {
  /** Where commands come from: {@link portChannel}, {@link socketChannel}, or one of your own. */
  readonly channel: ControlChannel;
  /** Coefficients that may be set, with their values at the start, by name. */
  readonly coefficients?: Readonly<Record<string, number>>;
  /** Where `checkpoint` writes to: a folder, or a store; without either it is refused. */
  readonly directory?: string;
  readonly store?: RunStore;
  /** Default `remote-control`. */
  readonly name?: string;
}

/** What {@link remoteControl} makes: a plugin, and the coefficients for other parts of the run. */
export type RemoteControl = Plugin<never, never> & {
  /** The present value of a coefficient, as a schedule: `l2({ lambda: control.coefficient('lambda') })`. */
  coefficient(name: string): Schedule;
};

interface State {
  readonly factor: number | null;
  readonly coefficients: Readonly<Record<string, number>>;
}

const COMMANDS: readonly RunCommand['type'][] = [
  'scaleLearningRate',
  'setCoefficient',
  'pause',
  'resume',
  'checkpoint',
  'stop',
  'status',
];

/**
 * Lets another thread, process or page steer a run that goes on: its learning rate, coefficients, pause, checkpoints, its end.
 *
 * Commands ({@link RunCommand}) are taken in their order between two steps; each is answered ({@link RunAnswer}), and what it changed is
 * noted in the run's record. What is no command is answered with an error and changes nothing. A paused run waits after its step,
 * until it is resumed or stopped. Rate and coefficients are part of a checkpoint; a pause is not.
 *
 * @returns A plugin. It looks after every step whether a command has come, which lets steps no longer run in series.
 * @throws EspalierError `invalid-option`; what the channel throws when the run starts.
 * @example
 * ```ts
 * const { port1, port2 } = new MessageChannel();
 * const control = remoteControl({ channel: portChannel(port1), coefficients: { lambda: 1e-4 } });
 * const plugins = [control, l2({ lambda: control.coefficient('lambda') })];
 * port2.postMessage({ type: 'setCoefficient', coefficient: 'lambda', value: 1e-3 } satisfies RunCommand);
 * ```
 */
export function remoteControl(options: RemoteControlOptions): RemoteControl {
  const { values, config } = readOptions('remote-control', options, {
    channel: option.custom<ControlChannel>({
      expected: 'a channel, such as portChannel(port) or socketChannel({ path })',
      accepts: (value) => typeof (value as Partial<ControlChannel> | null)?.open === 'function',
      toJson: ({ name }) => name,
    }),
    coefficients: option.custom<Readonly<Record<string, number>>, { readonly optional: true }>({
      expected: 'finite numbers by name',
      accepts: (value) =>
        typeof value === 'object' &&
        value !== null &&
        !Array.isArray(value) &&
        Object.values(value).every((one) => Number.isFinite(one)),
      optional: true,
    }),
    directory: option.text({ optional: true }),
    store: storeRule,
    name: option.text({ default: 'remote-control' }),
  });
  const { channel, coefficients: initial = {}, directory, name } = values;
  if (directory !== undefined && values.store !== undefined)
    checkOptions('remote-control').fail('directory', 'left out where store is given', directory);
  const store = values.store ?? (directory === undefined ? undefined : folderStore(directory));

  let coefficients: Record<string, number> = { ...initial };
  let factor: number | undefined;
  let paused = false;
  let waiting: unknown[] = [];
  let wake: (() => void) | undefined;
  let close: (() => void | Promise<void>) | undefined;
  let release: ReleaseLock | undefined;
  let series: CheckpointSeries | undefined;

  const answer = (run: Run, type: RunAnswer['type'], error?: string): void =>
    channel.send({
      type,
      ...(error !== undefined && { error }),
      epoch: run.epoch,
      step: run.step,
      paused,
      learningRate: run.learningRate,
      coefficients: { ...coefficients },
    });

  /** Does what a command says, and gives a remark for the record. Throws a text where it cannot. */
  const act = async (run: Run, command: RunCommand): Promise<string | undefined> => {
    switch (command.type) {
      case 'scaleLearningRate': {
        if (!Number.isFinite(command.factor) || command.factor < 0)
          throw new Error('factor must be a number >= 0');
        const before = run.learningRate;
        run.scaleLearningRate(name, (factor = command.factor));
        return `learning rate ${before} -> ${run.learningRate}`;
      }
      case 'setCoefficient': {
        const { coefficient, value } = command;
        if (!Object.hasOwn(coefficients, coefficient))
          throw new Error(unknown('coefficient', coefficient, Object.keys(initial)));
        if (!Number.isFinite(value)) throw new Error('value must be a finite number');
        const before = coefficients[coefficient];
        coefficients = { ...coefficients, [coefficient]: value };
        return `${coefficient} ${before} -> ${value}`;
      }
      case 'pause':
        paused = true;
        return 'paused';
      case 'resume':
        paused = false;
        return 'resumed';
      case 'checkpoint':
        if (!series) throw new Error('the control was given no directory and no store');
        await series.write('checkpoint', await run.checkpoint(), newest(Infinity));
        return 'wrote a checkpoint';
      case 'stop':
        paused = false;
        run.stop(typeof command.reason === 'string' ? command.reason : 'stopped by remote control', {
          resumable: true,
        });
        return undefined;
      case 'status':
        return undefined;
    }
  };

  const takeAll = async (run: Run): Promise<void> => {
    while (waiting.length > 0) {
      const [message] = waiting.splice(0, 1);
      const { type } = (message ?? {}) as { readonly type?: unknown };
      if (!COMMANDS.includes(type as RunCommand['type'])) {
        answer(run, 'status', unknown('command', String(type), COMMANDS));
        continue;
      }
      try {
        const remark = await act(run, message as RunCommand);
        if (remark !== undefined) run.note(name, remark);
        answer(run, type as RunCommand['type']);
      } catch (error) {
        answer(run, type as RunCommand['type'], error instanceof Error ? error.message : String(error));
      }
    }
  };

  return {
    name,
    config,
    enforce: 'post',
    async onFitStart(run, saved) {
      const state = saved?.json as State | undefined;
      coefficients = { ...initial, ...state?.coefficients };
      factor = state?.factor ?? undefined;
      paused = false;
      waiting = [];
      if (store) {
        release = await inScope(name, () => lockInStore(store, 'checkpoints', run));
        series = await CheckpointSeries.open(name, store);
      }
      close = await channel.open((message) => {
        waiting.push(message);
        wake?.();
      });
    },
    async onStepEnd(run) {
      if (waiting.length > 0) await takeAll(run);
      while (paused && run.stopReason === undefined) {
        // A signal or Ctrl-C ends a pause, too, and wakes nobody.
        await new Promise<void>((done) => {
          const timer = setTimeout(done, 100);
          wake = () => {
            clearTimeout(timer);
            done();
          };
        });
        wake = undefined;
        await takeAll(run);
      }
    },
    async onFitEnd(run) {
      try {
        if (close) answer(run, 'ended');
      } finally {
        await close?.();
        close = undefined;
        series = undefined;
        await release?.();
        release = undefined;
      }
    },
    saveState: () => ({ json: { factor: factor ?? null, coefficients } satisfies State }),
    coefficient(coefficient) {
      if (!Object.hasOwn(initial, coefficient))
        checkOptions('remote-control').fail(
          'coefficient',
          `one of ${Object.keys(initial).join(', ') || '(none)'}`,
          coefficient,
        );
      return Object.assign(() => coefficients[coefficient]!, {
        config: { kind: 'remote-control', coefficient },
      });
    },
  };
}

function unknown(what: string, name: string, known: readonly string[]): string {
  return `there is no ${what} '${name}'.${didYouMean(name, known)} There are: ${known.join(', ') || '(none)'}`;
}
