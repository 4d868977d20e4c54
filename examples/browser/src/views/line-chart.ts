import { svg } from '../element.js';

/** One line of a chart; its `kind` is the class that the style sheet knows. */
export interface Line {
  readonly kind: 'live' | 'training' | 'held-out';
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/** The frame of a chart. `yMax` goes by the lines where it is left out. */
export interface Frame {
  readonly xMax: number;
  readonly yMin: number;
  readonly yMax?: number | undefined;
  readonly format: (value: number) => string;
}

const MARGIN = { top: 8, right: 10, bottom: 20, left: 42 };

/** Draws lines into an SVG element of whatever size it has. */
export function drawLines(chart: SVGSVGElement, lines: readonly Line[], frame: Frame): void {
  const { clientWidth: width, clientHeight: height } = chart;
  if (width === 0 || height === 0) return;
  const { xMax, yMin, format } = frame;
  const yMax = frame.yMax ?? ceiling(lines);
  const right = width - MARGIN.right;
  const bottom = height - MARGIN.bottom;
  const x = (value: number): number => MARGIN.left + (value / xMax) * (right - MARGIN.left);
  const y = (value: number): number =>
    bottom - ((Math.min(yMax, Math.max(yMin, value)) - yMin) / (yMax - yMin)) * (bottom - MARGIN.top);

  const parts: SVGElement[] = [];
  for (const value of ticks(yMin, yMax, 5)) {
    parts.push(svg('line', { class: 'grid', x1: MARGIN.left, x2: right, y1: y(value), y2: y(value) }));
    parts.push(
      svg(
        'text',
        { class: 'tick', x: MARGIN.left - 6, y: y(value) + 4, 'text-anchor': 'end' },
        format(value),
      ),
    );
  }
  for (const value of ticks(0, xMax, Math.max(2, Math.floor(width / 70))).filter(Number.isInteger)) {
    parts.push(
      svg('text', { class: 'tick', x: x(value), y: height - 4, 'text-anchor': 'middle' }, String(value)),
    );
  }
  for (const { kind, points } of lines) {
    const finite = points.filter((point) => Number.isFinite(point.y));
    if (finite.length === 0) continue;
    const path = finite.map((point) => `${x(point.x).toFixed(1)},${y(point.y).toFixed(1)}`).join(' ');
    parts.push(svg('polyline', { class: `line ${kind}`, points: path }));
    const last = finite.at(-1)!;
    if (kind !== 'live')
      parts.push(svg('circle', { class: `dot ${kind}`, cx: x(last.x), cy: y(last.y), r: 3.5 }));
  }
  chart.setAttribute('viewBox', `0 0 ${width} ${height}`);
  chart.replaceChildren(...parts);
}

/** Somewhat above the highest value. */
function ceiling(lines: readonly Line[]): number {
  const values = lines.flatMap(({ points }) => points.map((point) => point.y));
  const highest = Math.max(0, ...values.filter(Number.isFinite));
  return highest > 0 ? highest * 1.05 : 2.5;
}

/** Round numbers from `min` to `max`, about `count` of them. */
export function ticks(min: number, max: number, count: number): number[] {
  const rough = (max - min) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(min / step - 1e-9);
  const last = Math.floor(max / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}
