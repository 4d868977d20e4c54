import type { EpochLogs } from '@espalier/core';
import { cutInTheMiddle, terminalWidth } from './terminal-width.js';

/** What a line of progress tells. */
export interface Progress {
  readonly label: string;
  /** From 0. */
  readonly epoch: number;
  /** May be infinite, where a loop does not know. */
  readonly epochs: number;
  readonly step: number;
  /** May be infinite. */
  readonly steps: number;
  /** Names of the numbers to show, in order. */
  readonly metrics: readonly string[];
  readonly logs: EpochLogs;
  readonly secondsPerEpoch?: number;
  readonly secondsLeft?: number;
}

const BAR_WIDTHS = [24, 16, 10, 6, 0];

/**
 * `label  epoch  3/10 ████░░░░ 234/938  loss 0.12  ...  1.2 s/epoch  0:08 left`, on one line of `columns` columns.
 *
 * Where that is too long the bar becomes shorter, then the label is cut in its middle, then seconds, names (`val_accuracy`
 * as `val_acc`), the learning rate and the step go; at last whole numbers from the first on, those of validation after all
 * others, for they are what is watched. A number is never cut.
 *
 * @param columns - columns of the terminal, of which a wide letter takes two; at least 1; may be infinite
 */
export function barLine(progress: Progress, columns = Infinity): string {
  const ways: Way[] = [
    ...BAR_WIDTHS.map((bar) => ({ bar })),
    { bar: 6, label: 12 },
    { bar: 6, label: 12, short: true },
    { bar: 6, label: 12, short: true, bare: true },
    { bar: 0, label: 12, short: true, bare: true },
    { bar: 0, label: 0, short: true, bare: true },
    { bar: 0, label: 0, short: true, bare: true, step: false },
  ];
  const last = ways.at(-1)!;
  for (const way of ways) {
    const line = withWay(progress, way);
    if (terminalWidth(line) <= columns) return line;
  }
  const isWatched = (name: string) => name.startsWith('val_');
  const leaving = [
    ...progress.metrics.filter((name) => !isWatched(name)),
    ...progress.metrics.filter(isWatched),
  ];
  for (let gone = 1; gone <= leaving.length; gone++) {
    const stays = leaving.slice(gone);
    const metrics = progress.metrics.filter((name) => stays.includes(name));
    const line = withWay({ ...progress, metrics }, last);
    if (terminalWidth(line) <= columns) return line;
  }
  return '';
}

/** How much of a line is written. */
interface Way {
  /** Letters of the bar. */
  readonly bar: number;
  /** Columns of the label at most. Default all. */
  readonly label?: number;
  /** Short names of metrics. */
  readonly short?: boolean;
  /** Neither seconds nor learning rate. */
  readonly bare?: boolean;
  /** The number of the step. Default true. */
  readonly step?: boolean;
}

function withWay(
  progress: Progress,
  { bar: width, label = Infinity, short = false, bare = false, step: withStep = true }: Way,
): string {
  const { step, steps, metrics, secondsPerEpoch, secondsLeft, ...rest } = progress;
  const digits = String(steps).length;
  const count = Number.isFinite(steps) ? `${String(step).padStart(digits)}/${steps}` : `step ${step}`;
  const drawn = Number.isFinite(steps) && width > 0 ? `${bar(step / steps, width)} ` : '';
  const shown: Progress = {
    ...rest,
    step,
    steps,
    metrics: bare ? metrics.filter((name) => name !== 'learning_rate') : metrics,
    ...(bare || secondsPerEpoch === undefined ? {} : { secondsPerEpoch }),
    ...(bare || secondsLeft === undefined ? {} : { secondsLeft }),
  };
  const place = withStep ? `${epochText(progress)} ${drawn}${count}` : epochText(progress);
  return joined([cutInTheMiddle(progress.label, label), place, ...numbers(shown, short)]);
}

/** The same without the bar. */
export function plainLine(progress: Progress): string {
  return joined([progress.label, epochText(progress), ...numbers(progress)]);
}

function epochText({ epoch, epochs }: Progress): string {
  if (!Number.isFinite(epochs)) return `epoch ${epoch + 1}`;
  return `epoch ${String(epoch + 1).padStart(String(epochs).length)}/${epochs}`;
}

function bar(share: number, width: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return '█'.repeat(full) + '░'.repeat(width - full);
}

function numbers({ metrics, logs, secondsPerEpoch, secondsLeft }: Progress, short = false): string[] {
  const shown = metrics
    .filter((name) => logs[name] !== undefined)
    .map((name) => `${short ? shortName(name) : name} ${Number(logs[name]!.toPrecision(4))}`);
  if (secondsPerEpoch !== undefined) shown.push(`${Number(secondsPerEpoch.toPrecision(2))} s/epoch`);
  if (secondsLeft !== undefined) shown.push(`${duration(secondsLeft)} left`);
  return shown;
}

/** `val_acc` for `val_accuracy`, `lr` for `learning_rate`. */
function shortName(name: string): string {
  return name.replace('accuracy', 'acc').replace('learning_rate', 'lr').replace('categorical', 'cat');
}

/** `0:08`, `12:34`, `1:02:03`. */
function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const tail = String(whole % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`;
}

function joined(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('  ');
}
