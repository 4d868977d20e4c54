import { textWidth } from '../src/drawing/text-width.js';
import { numbersIn, parseMarkup, textOf, type Element } from './markup.js';

/** A text of a picture and the four corners around it, px. */
interface TextBox {
  readonly text: string;
  readonly corners: readonly (readonly [x: number, y: number])[];
}

/** x' = a x + c y + e, y' = b x + d y + f. */
type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

const times = ([a, b, c, d, e, f]: Matrix, [g, h, i, j, k, l]: Matrix): Matrix => [
  a * g + c * h,
  b * g + d * h,
  a * i + c * j,
  b * i + d * j,
  a * k + c * l + e,
  b * k + d * l + f,
];

function transformOf(text: string | undefined): Matrix {
  let all: Matrix = [1, 0, 0, 1, 0, 0];
  for (const [, kind, numbers] of (text ?? '').matchAll(/(\w+)\(([^)]*)\)/g)) {
    const [x = 0, y = 0] = numbersIn(numbers);
    const angle = (x / 180) * Math.PI;
    all = times(
      all,
      kind === 'rotate'
        ? [Math.cos(angle), Math.sin(angle), -Math.sin(angle), Math.cos(angle), 0, 0]
        : [1, 0, 0, 1, x, y],
    );
  }
  return all;
}

/** The boxes of all texts that Vega wrote into a picture; of a text of several lines that of each. */
export function textBoxes(svg: string): TextBox[] {
  const boxes: TextBox[] = [];
  const visit = (element: Element, around: Matrix, size: number): void => {
    const { tag, attributes, children } = element;
    const matrix = times(around, transformOf(attributes['transform']));
    const fontSize = numbersIn(attributes['font-size'])[0] ?? size;
    const lines = children.filter(
      (child): child is Element => typeof child !== 'string' && child.tag === 'tspan',
    );
    if (tag === 'text' && attributes['opacity'] !== '0') {
      const anchor = attributes['text-anchor'];
      (lines.length > 0 ? lines : [element]).forEach((line, i) => {
        const text = textOf(line);
        const width = textWidth(text, fontSize);
        const left = anchor === 'end' ? -width : anchor === 'middle' ? -width / 2 : 0;
        // From the height of small letters to the line they stand on.
        const bottom = i * (fontSize + 2);
        const top = bottom - fontSize * 0.6;
        if (text.trim() !== '')
          boxes.push({
            text,
            corners: (
              [
                [left, top],
                [left + width, top],
                [left + width, bottom],
                [left, bottom],
              ] as const
            ).map(([x, y]) => times(matrix, [1, 0, 0, 1, x, y]).slice(4) as unknown as [number, number]),
          });
      });
    }
    for (const child of children) if (typeof child !== 'string') visit(child, matrix, fontSize);
  };
  visit(parseMarkup(svg), [1, 0, 0, 1, 0, 0], 11);
  return boxes;
}

const apart = (one: TextBox['corners'], other: TextBox['corners']): boolean =>
  [one, other].some((corners) =>
    corners.some(([x, y], i) => {
      const [x2, y2] = corners[(i + 1) % corners.length]!;
      const [nx, ny] = [y2 - y, x - x2];
      const along = (all: TextBox['corners']): number[] => all.map(([px, py]) => px * nx + py * ny);
      const slack = 0.5 * Math.hypot(nx, ny);
      const [a, b] = [along(one), along(other)];
      return Math.max(...a) <= Math.min(...b) + slack || Math.max(...b) <= Math.min(...a) + slack;
    }),
  );

/** Pairs of texts that are written over each other. */
export function textsOverEachOther(svg: string): [string, string][] {
  const boxes = textBoxes(svg);
  return boxes.flatMap((box, i) =>
    boxes
      .slice(i + 1)
      // A text and the paper around its letters are two of one place.
      .filter(
        (other) =>
          !apart(box.corners, other.corners) &&
          !(box.text === other.text && Math.abs(box.corners[0]![1] - other.corners[0]![1]) < 1),
      )
      .map((other): [string, string] => [box.text, other.text]),
  );
}
