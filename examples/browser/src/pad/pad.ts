import { element } from '../element.js';
import { digitPixels, type Point, type Stroke } from './digit-pixels.js';
import { keyboardPen } from './keyboard-pen.js';

/** The pad: draws what mouse, pen, finger or keys do, and tells the digit in it. */
export function createPad(changed: (pixels: Uint8Array | undefined) => void): void {
  const canvas = element<HTMLCanvasElement>('pad');
  const context = canvas.getContext('2d')!;
  let strokes: Stroke[] = [];
  let cursor: Point | undefined;

  const redraw = (): void => {
    const side = canvas.width;
    context.clearRect(0, 0, side, side);
    Object.assign(context, {
      strokeStyle: '#fff',
      lineWidth: side * 0.075,
      lineCap: 'round',
      lineJoin: 'round',
    });
    for (const [first, ...rest] of strokes) {
      context.beginPath();
      context.moveTo(first!.x * side, first!.y * side);
      // A dot is a line to where it began.
      for (const { x, y } of rest.length > 0 ? rest : [first!]) context.lineTo(x * side, y * side);
      context.stroke();
    }
    if (!cursor) return;
    context.beginPath();
    context.arc(cursor.x * side, cursor.y * side, side * 0.02, 0, 2 * Math.PI);
    Object.assign(context, { strokeStyle: '#7fc99a', lineWidth: side * 0.008 });
    context.stroke();
  };
  const update = (next: Stroke[]): void => {
    strokes = next;
    redraw();
    changed(digitPixels(strokes));
  };
  const begin = (point: Point): void => update([...strokes, [point]]);
  const goOn = (points: readonly Point[]): void => {
    const last = strokes.at(-1) ?? [];
    update([...strokes.slice(0, -1), [...last, ...points]]);
  };

  const pointOf = ({ clientX, clientY }: PointerEvent): Point => {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    return { x: (clientX - left) / width, y: (clientY - top) / height };
  };
  let pen: number | undefined;
  canvas.addEventListener('pointerdown', (event) => {
    if (pen !== undefined || event.button !== 0) return;
    pen = event.pointerId;
    canvas.setPointerCapture(pen);
    begin(pointOf(event));
  });
  canvas.addEventListener('pointermove', (event) => {
    if (event.pointerId !== pen) return;
    const events = event.getCoalescedEvents?.() ?? [];
    goOn((events.length > 0 ? events : [event]).map(pointOf));
  });
  for (const type of ['pointerup', 'pointercancel'] as const)
    canvas.addEventListener(type, (event) => {
      if (event.pointerId === pen) pen = undefined;
    });

  keyboardPen(canvas, {
    begin,
    goOn: (point) => goOn([point]),
    at(point) {
      cursor = point;
      redraw();
    },
  });
  element('clear').addEventListener('click', () => update([]));
  element('undo').addEventListener('click', () => update(strokes.slice(0, -1)));
}
