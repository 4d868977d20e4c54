import type { Chart } from '../drawing/chart.js';
import { roundingWithin } from '../drawing/domain.js';

/** What the report's script needs of a chart of lines, to redraw a part of it. Numbers are as in the picture. */
export interface ReportLines {
  readonly width: number;
  readonly height: number;
  readonly x: ReportAxis;
  readonly y: ReportAxis;
  readonly lines: readonly ReportLine[];
}

interface ReportAxis {
  readonly label: string;
  readonly log: boolean;
  readonly domain: readonly [number, number];
}

interface ReportLine {
  readonly name: string;
  /** The name as the picture has it, where it is cut there. */
  readonly label?: string;
  readonly color: string;
  readonly dash: readonly number[];
  /** Vega's name of the marker; none for a circle. */
  readonly shape?: string;
  /** Whether the points are joined. */
  readonly joined: boolean;
  /** x, y (null where there is none), and the ends of the spread where it has one. */
  readonly points: readonly (readonly [number, number | null, number?, number?])[];
}

type Rounding = (value: number) => number;

interface Channel {
  readonly title?: string | readonly string[] | null;
  readonly scale?: {
    readonly type?: string;
    readonly domain?: readonly unknown[];
    readonly range?: readonly unknown[];
  };
}

interface Row {
  readonly series: string;
  readonly x: number;
  readonly y?: number | null;
  readonly low?: number;
  readonly high?: number;
}

interface Layer {
  readonly data?: { readonly values?: readonly Row[] };
  readonly mark?: { readonly type?: string; readonly opacity?: number };
  readonly encoding?: Readonly<Record<string, Channel>>;
}

/** The lines of a chart that `lineChart` and its like made; `undefined` for any other chart. */
export function linesOf(chart: Chart): ReportLines | undefined {
  const { encoding, layer, usermeta } = chart as {
    encoding?: Readonly<Record<string, Channel>>;
    layer?: readonly Layer[];
    usermeta?: { readonly names?: readonly string[] };
  };
  const strokes = layer?.find(({ mark }) => mark?.type === 'line' && mark.opacity === undefined);
  const dots = layer?.find(({ mark, encoding }) => mark?.type === 'point' && encoding?.['shape']);
  const names = encoding?.['color']?.scale?.domain as readonly string[] | undefined;
  const x = axisOf(encoding?.['x']);
  const y = axisOf(encoding?.['y']);
  if (!x || !y || !names || !strokes || !dots) return undefined;
  const dashes = (strokes.encoding?.['strokeDash']?.scale?.range ?? []) as readonly (readonly number[])[];
  const shapes = (dots.encoding?.['shape']?.scale?.range ?? []) as readonly string[];
  const spreads = (layer ?? []).filter(({ mark }) => mark?.type === 'area' || mark?.type === 'rule');
  // More digits than any picture shows.
  const [shortX, shortY] = [x, y].map(({ domain }) => roundingWithin(domain, 7)) as [Rounding, Rounding];
  return {
    width: chart.width,
    height: chart.height,
    x,
    y,
    lines: names.map((shown, i) => {
      const name = usermeta?.names?.[i] ?? shown;
      const shape = shapes[i] ?? 'circle';
      const of = (one: Layer | undefined): Row[] =>
        (one?.data?.values ?? []).filter(({ series }) => series === shown);
      const joined = of(strokes);
      const spread = new Map(
        spreads
          .flatMap(of)
          .filter((row) => row.low !== undefined)
          .map((row) => [row.x, row]),
      );
      return {
        name,
        ...(name !== shown && { label: shown }),
        ...(shape !== 'circle' && { shape }),
        color: String((encoding!['color']!.scale!.range ?? [])[i] ?? ''),
        dash: dashes[i] ?? [1, 0],
        joined: joined.length > 0,
        points: (joined.length > 0 ? joined : of(dots)).map((row) => {
          const { low, high } = spread.get(row.x) ?? {};
          const place = [shortX(row.x), row.y == null ? null : shortY(row.y)] as const;
          return low === undefined || high === undefined
            ? place
            : ([...place, shortY(low), shortY(high)] as const);
        }),
      };
    }),
  };
}

function axisOf(channel: Channel | undefined): ReportAxis | undefined {
  const { type, domain } = channel?.scale ?? {};
  const isDomain = domain?.length === 2 && domain.every((end) => typeof end === 'number');
  if ((type !== 'linear' && type !== 'log') || !isDomain) return undefined;
  return {
    label: [channel?.title ?? ''].flat().join(' '),
    log: type === 'log',
    domain: domain as unknown as readonly [number, number],
  };
}
