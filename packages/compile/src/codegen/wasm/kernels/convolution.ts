import { assembler as wasm } from '@espalier/core/internal';
import { FunctionBuilder } from '../function-builder.js';
import type { Kernel } from '../kernel.js';
import type { Access } from '../loop.js';
import { mapLoop } from '../map-loop.js';
import type { ModuleBuilder } from '../module-builder.js';
import { VectorBuilder } from '../vector.js';
import { rowMajor, type Region, type View } from '../view.js';
import { productFunction } from './product.js';

/** Elements of patches that are laid out at once: they stay in the second-level cache. */
const blockElements = 48 * 1024;

export interface ConvolutionShape {
  readonly group: number;
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
}

/** Rows of the result whose patches are laid out together. */
function rowsAtOnce(patch: number, [outHeight, outWidth]: readonly [number, number]): number {
  return Math.max(1, Math.min(outHeight, Math.floor(blockElements / (patch * outWidth))));
}

/** Elements of memory that the patches of one block take. */
export function patchElements(patch: number, out: readonly [number, number]): number {
  return patch * rowsAtOnce(patch, out) * out[1];
}

/** A convolution without padding: patches of the image are laid out as a matrix, which the filter is multiplied with. */
export class Convolution implements Kernel {
  readonly mayFail = false;
  readonly inPlace: readonly Region[] = [];

  /**
   * @param x `[N, C, H, W]`.
   * @param filter `[K, C / group, height, width]`, row-major.
   * @param y `[N, K, outH, outW]`, row-major.
   */
  constructor(
    readonly x: View,
    readonly filter: View,
    readonly y: View,
    readonly shape: ConvolutionShape,
    readonly patches: Region,
    readonly scratch: Region,
  ) {}

  get reads(): Region[] {
    return [this.x.region, this.filter.region, this.patches, this.scratch];
  }

  get writes(): Region[] {
    return [this.y.region, this.patches];
  }

  describe(): string {
    const { x, filter, y } = this;
    const text = ({ region, shape }: View): string => `${region.name} [${shape.join()}]`;
    return `convolution ${text(x)} * ${text(filter)} -> ${text(y)}`;
  }

  emit(module: ModuleBuilder): wasm.Code {
    const { x, filter, y, patches } = this;
    const { group, strides, dilations } = this.shape;
    const [batch] = x.shape as [number];
    const [outChannels, perGroup, height, width] = filter.shape as [number, number, number, number];
    const [outHeight, outWidth] = y.shape.slice(2) as [number, number];
    const [n, c, h, w] = x.strides as [number, number, number, number];
    const inner = perGroup * height * width;
    const rows = outChannels / group;
    const most = rowsAtOnce(inner, [outHeight, outWidth]);
    const layOut = (count: number): number => {
      const extents = [perGroup, height, width, count, outWidth];
      const read: Access = {
        region: x.region,
        offset: x.offset,
        strides: [c, h * dilations[0], w * dilations[1], h * strides[0], w * strides[1]],
        lanes: 'f32',
        parameter: 0,
      };
      const write: Access = { region: patches, offset: 0, strides: rowMajor(extents), lanes: 'f32' };
      const vectors = new VectorBuilder();
      const loop = {
        extents,
        reads: [read],
        stores: [{ access: write, value: vectors.read('f32', 0) }],
        vectors,
      };
      return module.add(mapLoop(loop, [read], 1));
    };
    const multiply = (count: number): number =>
      productFunction(
        module,
        {
          rows,
          columns: count * outWidth,
          inner,
          a: { step: inner, transposed: false },
          b: { step: count * outWidth, transposed: false },
          cStep: outHeight * outWidth,
          accumulate: false,
        },
        this.scratch,
      );

    const fn = new FunctionBuilder();
    const [from, weights, to] = [fn.i32(), fn.i32(), fn.i32()];
    const bytes = (elements: number): wasm.Code => wasm.i32Const(4 * elements);
    fn.emit([wasm.i32Const(y.region.address + 4 * y.offset), wasm.set(to)]);
    const block = (count: number): void => {
      fn.emit([wasm.get(from), wasm.call(layOut(count))]);
      fn.emit([wasm.get(weights), wasm.i32Const(patches.address), wasm.get(to), wasm.call(multiply(count))]);
      fn.emit([wasm.advance(from, bytes(count * h * strides[0])), wasm.advance(to, bytes(count * outWidth))]);
    };
    const blocks = Math.floor(outHeight / most);
    fn.repeat(batch, () => {
      fn.emit([wasm.i32Const(filter.region.address + 4 * filter.offset), wasm.set(weights)]);
      fn.repeat(group, () => {
        fn.repeat(blocks, () => block(most));
        if (outHeight % most > 0) block(outHeight % most);
        fn.emit([
          wasm.advance(from, bytes(perGroup * c - outHeight * h * strides[0])),
          wasm.advance(to, bytes((rows - 1) * outHeight * outWidth)),
          wasm.advance(weights, bytes(rows * inner)),
        ]);
      });
      fn.emit(wasm.advance(from, bytes(n - group * perGroup * c)));
    });
    return wasm.call(module.add(fn));
  }
}
