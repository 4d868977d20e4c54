import type { EpochLogs, Plugin, Run } from '@espalier/core';
import { checkOptions, option, readOptions } from '@espalier/core';
import { importPeer } from '@espalier/core/internal';
import { progressHtml } from './progress-html.js';
import { barLine, plainLine, type Progress } from './progress-line.js';

/** What a bar is drawn on: `process.stderr` and the like. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  /** Columns of a terminal. Default 80. */
  readonly columns?: number;
  write(text: string): unknown;
}

/** Where a page or notebook shows HTML: an element of the DOM, or an object whose `innerHTML` is shown when it is set. */
export interface ProgressElement {
  innerHTML: string;
}

/** Options of {@link progressBar}. */
export interface ProgressBarOptions {
  /** Stands before each line, e.g. the name of the run. Default nothing. */
  readonly label?: string;
  /** Default `process.stderr`. */
  readonly stream?: ProgressStream;
  /** Draw there in place of a stream: one bar, which starts again with each epoch. Of its class `espalier-progress` a page may have a style. */
  readonly element?: ProgressElement;
  /** Write one line for each epoch, without a bar, whatever the stream is. Default: where the stream is no terminal. */
  readonly plain?: boolean;
  /** Names of the numbers to show. Default loss, accuracy, val_loss, val_accuracy, learning_rate. */
  readonly metrics?: readonly string[];
  /** Milliseconds by a clock of your own. Default `performance.now`. */
  readonly clock?: () => number;
  /** Default `progress-bar`. */
  readonly name?: string;
}

/** Milliseconds between two drawings: values are read no more often. */
const INTERVAL = 100;
const METRICS = ['loss', 'accuracy', 'val_loss', 'val_accuracy', 'learning_rate'];

/**
 * Shows a bar for each epoch, with step, loss, accuracy, learning rate, seconds an epoch and the time left.
 *
 * The line fits the terminal at each drawing: a narrow one gets a shorter bar and fewer figures, never half a figure,
 * and the validation values stay longest. Validation values of the epoch before are shown until there are new ones.
 * Where the stream is no terminal (a pipe, a file) one line is written for each epoch. It sets no mode of the terminal
 * (the cursor stays visible, lines wrap as before), so nothing is left wrong however the process ends.
 *
 * In a page it draws into an `element`; in a notebook into whatever shows HTML there, such as
 * `{ set innerHTML(html) { Deno.jupyter.display({ 'text/html': html }, { raw: true, display_id: 'run', update: true }); } }`.
 *
 * @returns A plugin. It reads the running metrics at most every 100 ms, and none for plain lines.
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const progress = progressBar({ label: 'baseline', plain: !process.stderr.isTTY });
 * ```
 */
export function progressBar(options: ProgressBarOptions = {}): Plugin<never, never> {
  const { values, config } = readOptions('progress-bar', options, {
    label: option.text({ empty: true, default: '' }),
    stream: streamRule,
    element: elementRule,
    plain: option.boolean({ optional: true }),
    metrics: option.list(option.text(), {
      expected: 'a list of names',
      default: METRICS,
    }),
    clock: option.custom<() => number, { readonly optional: true }>({
      expected: 'a function that gives milliseconds',
      accepts: (clock) => typeof clock === 'function',
      optional: true,
    }),
    name: option.text({ default: 'progress-bar' }),
  });
  const { name, metrics, element, clock = () => performance.now() } = values;
  // A line break or an escape would draw a second line, or anywhere.
  const label = values.label.replaceAll(/\p{Cc}+/gu, ' ');
  if (element)
    for (const other of ['stream', 'plain'] as const)
      if (values[other] !== undefined)
        checkOptions('progress-bar').fail(other, 'left out where an element is given', values[other]);
  const stream = element ? undefined : (values.stream ?? defaultStream());
  const { plain = stream?.isTTY !== true && !element } = values;
  const drawing = element !== undefined || (!plain && stream?.isTTY === true);
  const writing = drawing || (plain && stream !== undefined);
  // A line that fills the last column would wrap on some terminals.
  const room = (): number => (stream?.columns || 80) - 1;

  let newBar: ((first: Progress) => Bar) | undefined = element && elementBar(element);
  let bar: Bar | undefined;
  let shown: Progress | undefined;
  let drawnAt = -Infinity;
  let fitStart: { readonly at: number; readonly step: number } | undefined;
  let lastValidation: EpochLogs = {};
  let epochStart: { readonly at: number; readonly step: number } | undefined;

  const progressOf = (run: Run, logs: EpochLogs): Progress => {
    const now = clock();
    const [inEpoch, inFit] = [run.step - (epochStart?.step ?? 0), run.step - (fitStart?.step ?? 0)];
    const left = (run.epochs - run.epoch) * run.stepsPerEpoch - run.stepInEpoch;
    const each = inEpoch > 0 ? (now - epochStart!.at) / 1000 / inEpoch : NaN;
    const secondsPerEpoch = each * run.stepsPerEpoch;
    const secondsLeft = inFit > 0 ? ((now - fitStart!.at) / 1000 / inFit) * left : NaN;
    return {
      label,
      epoch: run.epoch,
      epochs: run.epochs,
      step: run.stepInEpoch,
      steps: run.stepsPerEpoch,
      metrics,
      logs: { learning_rate: run.learningRate, ...logs },
      ...(Number.isFinite(secondsPerEpoch) ? { secondsPerEpoch } : {}),
      ...(Number.isFinite(secondsLeft) && left > 0 ? { secondsLeft } : {}),
    };
  };
  const begin = (run: Run, stepsDone: number): void => {
    const start = { at: clock(), step: run.step - stepsDone };
    fitStart ??= start;
    epochStart = start;
    if (!drawing) return;
    drawnAt = -Infinity;
    bar = newBar!((shown = progressOf(run, lastValidation)));
  };
  const end = (): void => {
    bar?.stop();
    bar = undefined;
    epochStart = undefined;
  };

  return {
    name,
    config,
    enforce: 'post',
    async onFitStart() {
      end();
      fitStart = undefined;
      lastValidation = {};
      if (drawing && stream) newBar ??= await barFactory(stream, room);
    },
    onEpochStart(run) {
      if (writing) begin(run, 0);
    },
    async onStepEnd(run, logs) {
      if (!writing) return;
      // A run that goes on in the middle of an epoch starts none.
      if (!epochStart) begin(run, 1);
      if (!bar || clock() - drawnAt < INTERVAL) return;
      drawnAt = clock();
      bar.show((shown = progressOf(run, { ...lastValidation, ...(await logs.running()) })));
    },
    onEpochEnd(run, logs) {
      if (!writing) return;
      lastValidation = Object.fromEntries(Object.entries(logs).filter(([name]) => name.startsWith('val_')));
      if (bar) bar.show((shown = progressOf(run, logs)));
      else stream?.write(`${plainLine(progressOf(run, logs))}\n`);
      end();
    },
    onError: end,
    onFitEnd(run) {
      end();
      if (!writing || run.stopReason === undefined) return;
      if (element && shown) element.innerHTML = progressHtml(shown, run.stopReason);
      stream?.write(`${label === '' ? '' : `${label}  `}${run.stopReason}\n`);
    },
  };
}

const streamRule = option.custom<ProgressStream, { readonly optional: true }>({
  expected: 'something with a write method',
  accepts: (stream) => typeof (stream as Partial<ProgressStream> | null)?.write === 'function',
  optional: true,
  toJson: () => 'a stream',
});

const elementRule = option.custom<ProgressElement, { readonly optional: true }>({
  expected: 'an element of the page, or an object with innerHTML',
  accepts: (element) => typeof element === 'object' && element !== null && 'innerHTML' in element,
  optional: true,
  toJson: () => 'an element',
});

/** The bar of an epoch. */
interface Bar {
  show(progress: Progress): void;
  stop(): void;
}

const elementBar =
  (element: ProgressElement) =>
  (first: Progress): Bar => {
    const show = (progress: Progress): void => void (element.innerHTML = progressHtml(progress));
    show(first);
    return { show, stop() {} };
  };

/** cli-progress loads when the first bar is drawn: it needs Node. */
async function barFactory(stream: ProgressStream, room: () => number): Promise<(first: Progress) => Bar> {
  // No literal at the call, so that bundlers for browsers leave it alone.
  const name = 'cli-progress' as string;
  const { default: cliProgress } = await importPeer(
    {
      packageName: name,
      scope: 'progress-bar',
      code: 'io',
      need: 'The bar is drawn by cli-progress',
    },
    () =>
      import(/* webpackIgnore: true */ /* turbopackIgnore: true */ /* @vite-ignore */ name) as Promise<{
        default: typeof import('cli-progress');
      }>,
  );
  return (first) => {
    const bar = new cliProgress.SingleBar({
      stream: stream as NodeJS.WriteStream,
      format: (_options, _params, payload: { readonly line: string }) => payload.line,
      hideCursor: false,
      linewrap: true,
      gracefulExit: false,
      forceRedraw: true,
    });
    bar.start(finite(first.steps), first.step, { line: barLine(first, room()) });
    return {
      show: (progress) => bar.update(finite(progress.step), { line: barLine(progress, room()) }),
      stop: () => bar.stop(),
    };
  };
}

function finite(steps: number): number {
  return Number.isFinite(steps) ? steps : 0;
}

function defaultStream(): ProgressStream | undefined {
  return (globalThis as { process?: { stderr?: ProgressStream } }).process?.stderr;
}
