import type { EpochRecord } from 'espalier';
import { element, onChange } from '../element.js';
import type { LivePoint, State, Store } from '../state.js';
import { drawLines, type Line } from './line-chart.js';

const digits = (value: number): string => (value < 0.1 ? value.toFixed(3) : value.toFixed(2));
const short = (value: number): string => String(Number(value.toPrecision(3)));
const percent = (value: number): string => `${Math.round(100 * value)} %`;

/** Loss and accuracy over the epochs. */
export function showCharts(store: Store): void {
  const draw = (epochs: readonly EpochRecord[], live: readonly LivePoint[], planned: number): void => {
    for (const metric of ['accuracy', 'loss'] as const) {
      const linesOf = lines(metric, epochs, live);
      const chart = element<SVGSVGElement>(`${metric}-chart`);
      drawLines(chart, linesOf, {
        xMax: Math.max(planned, epochs.length),
        yMin: metric === 'accuracy' ? floorOf(linesOf) : 0,
        yMax: metric === 'accuracy' ? 1 : undefined,
        format: metric === 'accuracy' ? percent : short,
      });
      const last = epochs.at(-1);
      const shown = last
        ? metric === 'accuracy'
          ? `${(100 * Number(last['val_accuracy'])).toFixed(1)} %`
          : digits(Number(last['val_loss']))
        : '';
      element<HTMLOutputElement>(`${metric}-value`).value = shown;
      chart.setAttribute(
        'aria-label',
        last
          ? `${metric} by epoch; on held-out digits ${shown} after epoch ${last.epoch + 1}`
          : `${metric} by epoch; nothing yet`,
      );
    }
  };
  const redraw = (): void => draw(store.state.epochs, store.state.live, store.state.settings.epochs);
  new ResizeObserver(redraw).observe(element('accuracy-chart'));
  store.show(onChange(({ epochs, live, settings }: State) => [epochs, live, settings.epochs] as const, draw));
}

function lines(
  metric: 'loss' | 'accuracy',
  epochs: readonly EpochRecord[],
  live: readonly LivePoint[],
): Line[] {
  const byEpoch = (name: string) =>
    epochs.map((record) => ({ x: record.epoch + 1, y: Number(record[name]) }));
  const training = byEpoch(metric);
  // The epoch that is under way goes on from the last one; its first steps say little.
  const now = live.map((point) => ({ x: point.epoch, y: point[metric] }));
  return [
    { kind: 'live', points: [...training.slice(-1), ...now] },
    { kind: 'training', points: training },
    { kind: 'held-out', points: byEpoch(`val_${metric}`) },
  ];
}

/** Where the axis of accuracy begins: so that the later epochs are told apart. */
function floorOf(shown: readonly Line[]): number {
  const values = shown
    .filter(({ kind }) => kind !== 'live')
    .flatMap(({ points }) => points.map(({ y }) => y));
  const lowest = Math.min(1, ...values.filter(Number.isFinite));
  return values.length === 0 ? 0 : Math.max(0, Math.floor(lowest * 10 - 0.5) / 10);
}
