import type { EpochLogs } from '@espalier/core';

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

const BAR_WIDTH = 24;

/** `label  epoch  3/10 ████░░░░ 234/938  loss 0.12  ...  1.2 s/epoch  0:08 left`. */
export function barLine(progress: Progress): string {
  const { step, steps } = progress;
  const known = Number.isFinite(steps);
  const width = String(steps).length;
  const place = known ? `${bar(step / steps)} ${String(step).padStart(width)}/${steps}` : `step ${step}`;
  return joined([progress.label, `${epochText(progress)} ${place}`, ...numbers(progress)]);
}

/** The same without the bar. */
export function plainLine(progress: Progress): string {
  return joined([progress.label, epochText(progress), ...numbers(progress)]);
}

function epochText({ epoch, epochs }: Progress): string {
  if (!Number.isFinite(epochs)) return `epoch ${epoch + 1}`;
  return `epoch ${String(epoch + 1).padStart(String(epochs).length)}/${epochs}`;
}

function bar(share: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * BAR_WIDTH);
  return '█'.repeat(full) + '░'.repeat(BAR_WIDTH - full);
}

function numbers({ metrics, logs, secondsPerEpoch, secondsLeft }: Progress): string[] {
  const shown = metrics
    .filter((name) => logs[name] !== undefined)
    .map((name) => `${name} ${Number(logs[name]!.toPrecision(4))}`);
  if (secondsPerEpoch !== undefined) shown.push(`${Number(secondsPerEpoch.toPrecision(2))} s/epoch`);
  if (secondsLeft !== undefined) shown.push(`${duration(secondsLeft)} left`);
  return shown;
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
