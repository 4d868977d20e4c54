import { assembler as wasm } from '@espalier/core/internal';
import { FunctionBuilder } from './function-builder.js';
import { collapsed, type Access, type MapLoop } from './loop.js';
import { Nest } from './nest.js';
import { VectorEmitter } from './vector-emitter.js';

/**
 * A function that computes elements: four at a time along the last axis, what is left over by itself. An element's reads come
 * before any store of its vector, so that results may lie where operands lay.
 */
export function mapLoop(
  loop: MapLoop,
  used: readonly Access[] = loop.reads,
  parameters = 0,
): FunctionBuilder {
  const accesses = [...used, ...loop.stores.map(({ access }) => access)];
  const { extents, strides } = collapsed(loop, accesses);
  const fn = new FunctionBuilder(parameters);
  if (extents.includes(0)) return fn;
  const last = Math.max(0, extents.length - 1);
  const nest = new Nest(fn, extents, strides, last);
  const values = loop.stores.map(({ value }) => value);
  const emitter = new VectorEmitter(fn, nest, loop.reads, values);
  const results = values.map(() => fn.v128());
  emitter.enter(-1);
  const inside = (axis: number): void => {
    if (axis < last)
      return nest.each(axis, () => {
        emitter.enter(axis);
        inside(axis + 1);
      });
    nest.eachVector((lanes, ahead) => {
      emitter.forget(last);
      values.forEach((value, i) => fn.emit([emitter.emit(value, lanes, ahead), wasm.set(results[i]!)]));
      loop.stores.forEach(({ access }, i) => emitter.store(access, results[i]!, lanes, ahead));
    });
  };
  inside(0);
  return fn;
}
