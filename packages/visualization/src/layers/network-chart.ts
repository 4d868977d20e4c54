import { EspalierError } from '@espalier/core';
import { makeChart, type Chart, type ChartOptions } from '../drawing/chart.js';
import { checkChart, list } from '../drawing/check-chart.js';
import { cleanText, counted, formatNumber } from '../drawing/text.js';
import { cutMiddle, textWidth } from '../drawing/text-width.js';
import { seriesColors, theme } from '../drawing/theme.js';

/** One layer of a network, as a model's summary has it. */
export interface NetworkLayer {
  readonly name: string;
  /** E.g. `Dense` or `Conv2D`; layers of one type have one colour. Default none. */
  readonly type?: string;
  /** Shape of what comes out, without the batch: `[128]`, `[28, 28, 8]`. */
  readonly shape: readonly number[];
  /** Trainable weights. Default 0. */
  readonly parameters?: number;
  /** Names of the layers it reads. Default: the one before. */
  readonly inputs?: readonly string[];
}

/** What {@link networkChart} draws. */
export interface NetworkChartOptions extends ChartOptions {
  /** From the input to the output. */
  readonly layers: readonly NetworkLayer[];
}

const rowHeight = 44;
const boxHeight = 28;
const colored = 6;

/**
 * A picture of a network: a box for each layer, as wide as its output is large (on a log scale) and at least as its text, with name, type, shape
 * and number of weights; connections that skip layers run along the side.
 *
 * @returns a Vega-Lite specification
 * @throws EspalierError `invalid-option` for wrong options; `invalid-data` for no layers, two of one name, or an input
 * that does not come before
 * @example
 * ```ts
 * import { networkChart } from '@espalier/visualization';
 *
 * const chart = networkChart({
 *   title: '784-128-10',
 *   layers: [
 *     { name: 'input', shape: [784] },
 *     { name: 'hidden_1', type: 'Dense', shape: [128], parameters: 100480 },
 *     { name: 'output', type: 'Dense', shape: [10], parameters: 1290 },
 *   ],
 * });
 * console.log(chart.title.text); // 784-128-10
 * ```
 */
export function networkChart(options: NetworkChartOptions): Chart {
  const scope = 'network-chart';
  const check = checkChart(scope, options, { layers: list<NetworkLayer>('an array of { name, shape }') });
  const { layers, width = 420 }: NetworkChartOptions = options;
  const refuse = (message: string): never => {
    throw new EspalierError({ code: 'invalid-data', scope, message });
  };
  if (layers.length === 0) refuse('layers is empty: give at least one.');
  const places = new Map<string, number>();
  layers.forEach(({ name, type, shape, parameters = 0, inputs }, i) => {
    check.text(`layers[${i}].name`, name);
    if (type !== undefined) check.text(`layers[${i}].type`, type);
    if (!Array.isArray(shape)) check.fail(`layers[${i}].shape`, 'an array of whole numbers', shape);
    for (const [axis, size] of shape.entries())
      check.integer(`layers[${i}].shape[${axis}]`, size, { min: 1 });
    check.integer(`layers[${i}].parameters`, parameters, { min: 0 });
    if (inputs !== undefined && !Array.isArray(inputs))
      check.fail(`layers[${i}].inputs`, 'names of layers', inputs);
    for (const input of inputs ?? []) {
      if (!places.has(input)) refuse(`layer '${name}' reads '${input}', which is no layer before it.`);
    }
    if (places.has(name)) refuse(`two layers are named '${name}': names must differ.`);
    places.set(name, i);
  });
  const height = options.height ?? Math.max(40, layers.length * rowHeight - (rowHeight - boxHeight));
  const step = layers.length > 1 ? (height - boxHeight) / (layers.length - 1) : 0;
  const boxTop = (i: number) => i * step;
  const box = Math.min(boxHeight, step > 0 ? step * 0.66 : boxHeight);
  const sizes = layers.map(({ shape }) => Math.log2(1 + shape.reduce((product, side) => product * side, 1)));
  const largest = Math.max(...sizes);
  const types = [...new Set(layers.map(({ type }) => type ?? ''))].filter((type) => type !== '');
  const boxes = layers.map(({ type = '', name, shape, parameters = 0 }, i) => {
    const kind = types.indexOf(type);
    const what = [cleanText(name), type === '' ? '' : cleanText(type), shape.join(' \u00d7 ')];
    const count =
      parameters > 0 ? `${formatNumber(parameters).replace(/\B(?=(\d{3})+$)/g, ',')} weights` : '';
    const text = cutMiddle(what.filter((part) => part !== '').join(' \u00b7 '), width - 16, 11);
    const sized = (width / 2) * (0.2 + (0.8 * sizes[i]!) / (largest || 1));
    const half = Math.max(sized, textWidth(text, 11) / 2 + 8);
    return {
      x: width / 2 - half,
      x2: width / 2 + half,
      y: boxTop(i),
      y2: boxTop(i) + box,
      fill: kind < 0 ? theme.missing : seriesColors[kind % colored]!,
      text,
      count,
    };
  });
  const arrows = layers.flatMap(({ inputs }, i) =>
    (inputs?.map((name) => places.get(name)!) ?? (i > 0 ? [i - 1] : [])).map((from) => ({ from, to: i })),
  );
  const straight = arrows.filter(({ from, to }) => to === from + 1);
  const skips = arrows.filter(({ from, to }) => to > from + 1);
  const at = (field: string) => ({ field, type: 'quantitative', scale: null, axis: null });
  const total = layers.reduce((sum, { parameters = 0 }) => sum + parameters, 0);
  return makeChart(
    { ...options, width, height },
    [`${counted(layers.length, 'layer')}, ${formatNumber(total).replace(/\B(?=(\d{3})+$)/g, ',')} weights`],
    `Network: ${boxes
      .slice(0, 60)
      .map(({ text, count }) => [text, count].filter((part) => part !== '').join(', '))
      .join('; ')}`,
    {
      layer: [
        {
          data: {
            values: straight.map(({ from, to }) => ({ x: width / 2, y: boxTop(from) + box, y2: boxTop(to) })),
          },
          mark: { type: 'rule', color: theme.axis, strokeWidth: 1.5, aria: false },
          encoding: { x: at('x'), y: at('y'), y2: { field: 'y2' } },
        },
        {
          data: {
            values: skips.flatMap(({ from, to }, skip) => {
              const side = width + 10 + (skip % 4) * 7;
              return [
                { skip, step: 0, x: boxes[from]!.x2, y: boxTop(from) + box / 2 },
                { skip, step: 1, x: side, y: boxTop(from) + box / 2 },
                { skip, step: 2, x: side, y: boxTop(to) + box / 2 },
                { skip, step: 3, x: boxes[to]!.x2, y: boxTop(to) + box / 2 },
              ];
            }),
          },
          mark: { type: 'line', color: theme.axis, strokeWidth: 1.5, aria: false },
          encoding: {
            x: at('x'),
            y: at('y'),
            order: { field: 'step', type: 'quantitative' },
            detail: { field: 'skip', type: 'nominal' },
          },
        },
        {
          data: { values: boxes },
          mark: { type: 'rect', cornerRadius: 4, fillOpacity: 0.28, strokeWidth: 1.5, aria: false },
          encoding: {
            x: at('x'),
            x2: { field: 'x2' },
            y: at('y'),
            y2: { field: 'y2' },
            fill: { field: 'fill', type: 'nominal', scale: null, legend: null },
            stroke: { field: 'fill', type: 'nominal', scale: null, legend: null },
          },
        },
        ...(box < 11
          ? []
          : [
              {
                data: { values: boxes.map(({ y, y2, text }) => ({ x: width / 2, y: (y + y2) / 2, text })) },
                mark: { type: 'text', fontSize: 11, baseline: 'middle', color: theme.ink, aria: false },
                encoding: { x: at('x'), y: at('y'), text: { field: 'text', type: 'nominal' } },
              },
              {
                data: {
                  values: boxes.map(({ y, y2, count }) => ({ x: width + 44, y: (y + y2) / 2, text: count })),
                },
                mark: {
                  type: 'text',
                  fontSize: 10,
                  align: 'left',
                  baseline: 'middle',
                  color: theme.softInk,
                  aria: false,
                },
                encoding: { x: at('x'), y: at('y'), text: { field: 'text', type: 'nominal' } },
              },
            ]),
      ].filter((layer) => layer.data.values.length > 0),
    },
  );
}
