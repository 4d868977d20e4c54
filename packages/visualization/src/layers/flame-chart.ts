import { EspalierError, type OptionChecker } from '@espalier/core';
import { makeChart, type Chart, type ChartOptions } from '../drawing/chart.js';
import { checkChart, checkedLater, withTitle } from '../drawing/check-chart.js';
import { flameBoxes, secondsText, type FlameBox, type ProfilePart } from './flame-boxes.js';
import { hexAt } from '../drawing/palette.js';
import { cleanText, counted } from '../drawing/text.js';
import { cutMiddle, textWidth } from '../drawing/text-width.js';
import { seriesColor, theme } from '../drawing/theme.js';
import { axisSpec, linearAxis } from '../drawing/ticks.js';
import { timeUnit } from '../drawing/time-unit.js';

/** What {@link flameChart} draws. */
export interface FlameChartOptions extends Partial<ChartOptions> {
  /** The whole; its `seconds` are the width of the picture. */
  readonly profile: ProfilePart;
}

const rowHeight = 24;
const fontSize = 11;

/**
 * Where the time of a run went: below each part the parts of it, as wide as they took long. What stands empty below a part is its own time.
 *
 * Parts narrower than half a pixel are left out, and the chart says how many; parts that took longer together than the part that they are
 * of, because they ran at the same time, are narrowed to fit, and the chart says so.
 *
 * @returns a Vega-Lite specification, 640 px wide unless said otherwise
 * @throws EspalierError `invalid-option`; `invalid-data` where nothing took any time
 * @example
 * ```ts
 * import { flameChart } from '@espalier/visualization';
 *
 * const steps = { name: 'steps', seconds: 0.8, calls: 100, children: [] };
 * console.log(flameChart({ profile: { name: 'run', seconds: 1, calls: 1, children: [steps] } }).title.text); // Where the time went
 * ```
 *
 * Source: B. Gregg, "The Flame Graph", 2016; order as given, not by time of day.
 */
export function flameChart(options: FlameChartOptions): Chart {
  const titled = withTitle(options, 'Where the time went');
  const check = checkChart('flame-chart', titled, {
    profile: checkedLater<ProfilePart>('{ name, seconds, calls, children }'),
  });
  checkPart(check, 'profile', titled.profile);
  const { profile, width = 640 } = titled;
  if (!(profile.seconds > 0))
    throw new EspalierError({
      code: 'invalid-data',
      scope: 'flame-chart',
      message: 'the profile took no time: there is nothing to draw. Take it after a run.',
    });
  const { boxes, hidden, narrowed } = flameBoxes(profile, width);
  const height = titled.height ?? rowHeight * (1 + Math.max(...boxes.map(({ depth }) => depth)));
  const unit = timeUnit(profile.seconds);
  const axis = axisSpec(linearAxis([0, profile.seconds / unit.size], { nice: false, count: 7 }));
  const rows = 1 + Math.max(...boxes.map(({ depth }) => depth));
  const place = (box: FlameBox) => ({
    from: box.from / unit.size,
    // A pixel apart, where there is room for it.
    to: (box.to - Math.min(profile.seconds / width, (box.to - box.from) / 4)) / unit.size,
    top: (box.depth * height) / rows,
    bottom: ((box.depth + 1) * height) / rows - 1,
  });
  const px = (field: string) => ({ field, type: 'quantitative', scale: null, axis: null });
  const x = {
    field: 'from',
    type: 'quantitative',
    title: `Time, ${unit.short}`,
    scale: axis.scale,
    axis: { ...axis.axis, grid: false },
  };
  const texts = boxes.flatMap((box) => {
    const text = labelOf(box, ((box.to - box.from) / profile.seconds) * width - 8);
    return text === '' ? [] : [{ ...place(box), text }];
  });
  return makeChart(
    { ...titled, width, height },
    [
      ...(hidden > 0 ? [`${counted(hidden, 'part')} too short to be seen`] : []),
      ...(narrowed ? ['parts that ran at the same time are narrowed to fit'] : []),
    ],
    says(profile),
    {
      layer: [
        {
          data: { values: boxes.map((box) => ({ ...place(box), color: colorOf(box) })) },
          mark: { type: 'rect', aria: false },
          encoding: {
            x,
            x2: { field: 'to' },
            y: px('top'),
            y2: { field: 'bottom' },
            color: { field: 'color', type: 'nominal', scale: null, legend: null },
          },
        },
        {
          data: { values: texts },
          mark: {
            type: 'text',
            align: 'left',
            baseline: 'middle',
            dx: 4,
            dy: height / rows / 2,
            fontSize,
            color: theme.inkOnTint,
            aria: false,
          },
          encoding: { x, y: px('top'), text: { field: 'text', type: 'nominal' } },
        },
      ],
    },
  );
}

/** As much as fits: name and time, the name, the name cut. */
function labelOf({ part }: FlameBox, room: number): string {
  const name = cleanText(part.name);
  const whole = `${name}  ${secondsText(part.seconds)}`;
  if (textWidth(whole, fontSize) <= room) return whole;
  const cut = cutMiddle(name, room, fontSize);
  return textWidth(cut, fontSize) <= room && cut.length >= Math.min(4, name.length) ? cut : '';
}

/** One colour for each part of the whole, paler from row to row: dark ink reads on all of them. */
function colorOf({ depth, branch }: FlameBox): string {
  if (depth === 0) return '#c3cad2';
  return hexAt([seriesColor(branch), '#ffffff'], Math.min(0.8, 0.2 + 0.2 * depth));
}

function says(profile: ProfilePart): string {
  const share = (part: ProfilePart): string => `${Math.round((100 * part.seconds) / profile.seconds)} %`;
  const phases = profile.children.map((part) => `${cleanText(part.name)} ${share(part)}`);
  const leaves: ProfilePart[] = [];
  const collect = (part: ProfilePart): void => {
    if (part.children.length === 0) leaves.push(part);
    else part.children.forEach(collect);
  };
  profile.children.flatMap(({ children }) => children).forEach(collect);
  const longest = leaves.sort((a, b) => b.seconds - a.seconds).slice(0, 3);
  const inside = longest.map((part) => `${cleanText(part.name)} ${secondsText(part.seconds)}`);
  return (
    `Flame chart of ${secondsText(profile.seconds)}${phases.length > 0 ? `: ${phases.join(', ')}` : ''}` +
    (inside.length > 0 ? `; longest inside: ${inside.join(', ')}` : '')
  );
}

function checkPart(check: OptionChecker, name: string, part: ProfilePart): void {
  const fits =
    typeof part === 'object' &&
    part !== null &&
    typeof part.name === 'string' &&
    Number.isFinite(part.seconds) &&
    part.seconds >= 0 &&
    Array.isArray(part.children);
  if (!fits) check.fail(name, '{ name, seconds, calls, children } with seconds >= 0', part);
  part.children.forEach((child, i) => checkPart(check, `${name}.children[${i}]`, child));
}
