import type { Point } from './digit-pixels.js';

/** What a pen can do. */
export interface Pen {
  begin(point: Point): void;
  goOn(point: Point): void;
  /** The pen hovers there; nowhere when the pad loses the focus. */
  at(point: Point | undefined): void;
}

const STEP = 0.03;
const MOVES: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, -STEP],
  ArrowDown: [0, STEP],
};

/** Draws with the keyboard: arrow keys move the pen, with Space held it writes. Two arrows at once go across. */
export function keyboardPen(pad: HTMLElement, pen: Pen): void {
  const held = new Set<string>();
  let point: Point = { x: 0.5, y: 0.5 };

  pad.addEventListener('keydown', (event) => {
    if (event.key === ' ' && !held.has(' ')) pen.begin(point);
    if (event.key !== ' ' && !(event.key in MOVES)) return;
    event.preventDefault();
    held.add(event.key);
    const moves = [...held].flatMap((key) => (MOVES[key] ? [MOVES[key]] : []));
    point = {
      x: within(moves.reduce((x, [dx]) => x + dx, point.x)),
      y: within(moves.reduce((y, [, dy]) => y + dy, point.y)),
    };
    if (held.has(' ') && moves.length > 0) pen.goOn(point);
    pen.at(point);
  });
  pad.addEventListener('keyup', ({ key }) => held.delete(key));
  pad.addEventListener('focus', () => {
    if (pad.matches(':focus-visible')) pen.at(point);
  });
  pad.addEventListener('blur', () => {
    held.clear();
    pen.at(undefined);
  });
}

function within(value: number): number {
  return Math.min(1, Math.max(0, value));
}
