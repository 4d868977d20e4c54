import { elementCount, type ElementType } from '../../graph/element-type.js';
import type { Lanes } from './vector.js';

/** A stretch of the memory of a step. */
export interface Region {
  /** For listings. */
  readonly name: string;
  readonly elements: number;
  /** 1 for bytes; everything else takes 4. */
  readonly bytesPerElement: 1 | 4;
  /** In bytes; -1 until the memory is planned. */
  address: number;
}

/** Elements of a region seen as a tensor. */
export interface View {
  readonly region: Region;
  /** The first element. */
  readonly offset: number;
  readonly shape: readonly number[];
  /** Elements from one index to the next, for each axis; negative where it runs backwards, 0 where it repeats. */
  readonly strides: readonly number[];
}

/** How many bytes an element takes here: truths are stored as whole numbers, 0 or -1. */
export function storedBytes(dtype: ElementType): 1 | 4 {
  return dtype === 'uint8' ? 1 : 4;
}

/** What a vector of elements of this type is. */
export function lanesOf(dtype: ElementType): Lanes {
  if (dtype === 'float32') return 'f32';
  return dtype === 'bool' ? 'mask' : 'i32';
}

/** Strides of a row-major tensor. */
export function rowMajor(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step;
    step *= shape[i]!;
  }
  return strides;
}

/** A whole region as a row-major tensor. */
export function wholeView(region: Region, shape: readonly number[]): View {
  return { region, offset: 0, shape, strides: rowMajor(shape) };
}

/** True where the elements lie side by side in row-major order. */
export function isRowMajor({ shape, strides }: View): boolean {
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] !== 1 && strides[i] !== step) return false;
    step *= shape[i]!;
  }
  return true;
}

/** The axes in another order. */
export function transposed(view: View, perm: readonly number[]): View {
  const pick = (list: readonly number[]): number[] => perm.map((axis) => list[axis]!);
  return { ...view, shape: pick(view.shape), strides: pick(view.strides) };
}

/** Some indices of every axis: from `starts`, `shape` of them, every `steps`-th. */
export function sliced(
  view: View,
  starts: readonly number[],
  shape: readonly number[],
  steps: readonly number[],
): View {
  const offset = view.strides.reduce((sum, stride, i) => sum + stride * starts[i]!, view.offset);
  return { ...view, offset, shape, strides: view.strides.map((stride, i) => stride * steps[i]!) };
}

/** Repeated along axes of extent 1 and new leading ones, as broadcasting does. */
export function broadcast(view: View, shape: readonly number[]): View {
  const lead = shape.length - view.shape.length;
  const strides = shape.map((extent, i) => {
    const at = i - lead;
    return at < 0 || (view.shape[at] === 1 && extent !== 1) ? 0 : view.strides[at]!;
  });
  return { ...view, shape, strides };
}

/** The same elements, in the same order, under another shape; `undefined` where no strides can say that. */
export function reshaped(view: View, shape: readonly number[]): View | undefined {
  if (elementCount(shape) === 0) return { ...view, shape, strides: rowMajor(shape) };
  const axes = view.shape
    .map((extent, i) => ({ extent, stride: view.strides[i]! }))
    .filter(({ extent }) => extent !== 1);
  const strides = new Array<number>(shape.length).fill(0);
  let from = axes.length - 1;
  let to = shape.length - 1;
  while (to >= 0) {
    if (shape[to] === 1) {
      strides[to] = 1;
      to--;
      continue;
    }
    // A run of source axes and a run of target axes that hold as many elements.
    const first = axes[from]!;
    let [have, want] = [first.extent, shape[to]!];
    const [lastTo, base] = [to, first.stride];
    while (have !== want) {
      if (have < want) {
        from--;
        const axis = axes[from]!;
        if (axis.stride !== axes[from + 1]!.stride * axes[from + 1]!.extent) return undefined;
        have *= axis.extent;
      } else {
        to--;
        want *= shape[to]!;
      }
    }
    let step = base;
    for (let i = lastTo; i >= to; i--) {
      strides[i] = step;
      step *= shape[i]!;
    }
    from--;
    to--;
  }
  return { ...view, shape, strides };
}
