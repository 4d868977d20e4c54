import { checkOptions, type Plugin, type Run } from '@espalier/core';
import cliProgress from 'cli-progress';

/** What a bar is drawn on: `process.stderr` and the like. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Options of {@link progressBar}. */
export interface ProgressBarOptions {
  /** Stands before the bar, e.g. the name of the run. */
  readonly label?: string;
  /** Default `process.stderr`. */
  readonly stream?: ProgressStream;
  /** Where the stream is no terminal: one line for each epoch instead of nothing. Default false. */
  readonly plain?: boolean;
  /** Default `progress-bar`. */
  readonly name?: string;
}

/** Milliseconds between two drawings: values are read no more often. */
const INTERVAL = 100;

/**
 * A bar for each epoch with step, loss, accuracy, learning rate and time to go. Silent where the stream is no terminal.
 *
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * progressBar({ label: 'baseline' });
 * ```
 */
export function progressBar(options: ProgressBarOptions = {}): Plugin<never, never> {
  const { name = 'progress-bar', label = '', plain = false } = options;
  checkOptions(name).boolean('plain', plain);
  const stream = options.stream ?? defaultStream();
  const terminal = stream?.isTTY === true;
  let bar: cliProgress.SingleBar | undefined;
  let drawnAt = 0;
  const prefix = label === '' ? '' : `${label}  `;
  const end = (): void => {
    bar?.stop();
    bar = undefined;
  };

  return {
    name,
    enforce: 'post',
    onEpochStart(run) {
      if (!terminal) return;
      drawnAt = 0;
      const format = `${prefix}epoch {epoch}/${run.epochs} {bar} {value}/{total}  {numbers}  {eta_formatted}`;
      bar = new cliProgress.SingleBar(
        { format, stream: stream as NodeJS.WriteStream, hideCursor: true, barsize: 24, gracefulExit: false },
        cliProgress.Presets.shades_classic,
      );
      bar.start(run.stepsPerEpoch, run.stepInEpoch, { epoch: run.epoch + 1, numbers: '' });
    },
    async onStepEnd(run, logs) {
      if (!bar || (performance.now() - drawnAt < INTERVAL && run.stepInEpoch < run.stepsPerEpoch)) return;
      drawnAt = performance.now();
      bar.update(run.stepInEpoch, { numbers: format(await logs.running()) });
    },
    onEpochEnd(run, logs) {
      if (bar) bar.update(run.stepsPerEpoch, { numbers: format(logs) });
      else if (plain) stream?.write(`${prefix}epoch ${run.epoch + 1}/${run.epochs}  ${format(logs)}\n`);
      end();
    },
    onError: end,
    onFitEnd(run: Run) {
      end();
      if ((terminal || plain) && run.stopReason !== undefined) stream?.write(`${prefix}${run.stopReason}\n`);
    },
  };
}

/** The numbers that people look for, in the order they look. */
function format(logs: Readonly<Record<string, number>>): string {
  const wanted = ['loss', 'accuracy', 'val_loss', 'val_accuracy', 'learning_rate'];
  return wanted
    .filter((name) => logs[name] !== undefined)
    .map((name) => `${name} ${Number(logs[name]!.toPrecision(4))}`)
    .join('  ');
}

function defaultStream(): ProgressStream | undefined {
  return (globalThis as { process?: { stderr?: ProgressStream } }).process?.stderr;
}
