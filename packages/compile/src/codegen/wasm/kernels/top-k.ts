import { assembler as wasm } from '@espalier/core/internal';
import type { Kernel } from '../kernel.js';
import type { ModuleBuilder } from '../module-builder.js';
import type { Region } from '../view.js';
import { walk, type AlongAxis } from './along-axis.js';

const all = (bytes: ArrayBufferLike): wasm.Code => wasm.v128Const(new Uint8Array(bytes));
const floats = (number: number): wasm.Code => all(new Float32Array(4).fill(number).buffer);
const wholes = (number: number): wasm.Code => all(new Int32Array(4).fill(number).buffer);

/**
 * The k largest elements along the last axis and their indices, largest first, of equals the first. Each is found by a walk along
 * the axis: for the few that metrics ask for.
 */
export class TopK implements Kernel {
  readonly mayFail = false;
  readonly inPlace: readonly Region[] = [];

  /** @param loop Writes k values, then k indices, each with an access of its own. */
  constructor(
    readonly loop: AlongAxis,
    readonly k: number,
  ) {}

  get reads(): Region[] {
    return [this.loop.read.region];
  }
  get writes(): Region[] {
    return [...new Set(this.loop.writes.map(({ region }) => region))];
  }
  describe(): string {
    return `${this.k} largest of [${this.loop.extents.join()}]: ${this.loop.read.region.name}`;
  }

  emit(module: ModuleBuilder): wasm.Code {
    const float = this.loop.read.lanes === 'f32';
    const number = float ? floats : wholes;
    const [greater, equal] = float ? [wasm.f32x4Gt, wasm.f32x4Eq] : [wasm.i32x4GtS, wasm.i32x4Eq];
    const fn = walk(this.loop, ({ fn, start, each, store }) => {
      const [last, lastAt, best, bestAt, value, at, better] = Array.from({ length: 7 }, () => fn.v128()) as [
        number,
        number,
        number,
        number,
        number,
        number,
        number,
      ];
      start([number(float ? Infinity : 2 ** 31 - 1), wasm.set(last), wholes(-1), wasm.set(lastAt)]);
      for (let i = 0; i < this.k; i++) {
        fn.emit([wholes(-1), wasm.set(bestAt), number(0), wasm.set(best), wholes(0), wasm.set(at)]);
        each((code) => {
          const after: wasm.Code = [
            [wasm.get(last), wasm.get(value), greater],
            [
              wasm.get(value),
              wasm.get(last),
              equal,
              wasm.get(at),
              wasm.get(lastAt),
              wasm.i32x4GtS,
              wasm.v128And,
            ],
            wasm.v128Or,
          ];
          const first: wasm.Code = [wasm.get(bestAt), wholes(-1), wasm.i32x4Eq];
          const larger: wasm.Code = [wasm.get(value), wasm.get(best), greater];
          const choose = (to: number, from: number): wasm.Code => [
            [wasm.get(from), wasm.get(to), wasm.get(better), wasm.v128Bitselect, wasm.set(to)],
          ];
          fn.emit([code, wasm.set(value)]);
          fn.emit([after, first, larger, wasm.v128Or, wasm.v128And, wasm.set(better)]);
          fn.emit([choose(best, value), choose(bestAt, at)]);
          fn.emit([wasm.get(at), wholes(1), wasm.i32x4Add, wasm.set(at)]);
        });
        store(best, i);
        store(bestAt, this.k + i);
        fn.emit([wasm.get(best), wasm.set(last), wasm.get(bestAt), wasm.set(lastAt)]);
      }
    });
    return wasm.call(module.add(fn));
  }
}
