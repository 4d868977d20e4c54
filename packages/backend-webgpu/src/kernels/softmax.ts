import { reshaped, sizeOfShape } from '../webgpu-backend.js';
import type { KernelPatch } from './kernel-patch.js';
import { runShader } from './program.js';

const threads = 64;

/** Softmax over the last axis, a workgroup for each row; a NaN makes its whole row NaN. */
export const softmax: KernelPatch = {
  kernelName: 'Softmax',
  reason: 'a NaN in a row gave zeros beside it',
  build:
    () =>
    ({ inputs, backend }) => {
      const logits = inputs['logits']!;
      const columns = logits.shape.at(-1) ?? 1;
      const rows = columns === 0 ? 0 : sizeOfShape(logits.shape) / columns;
      const body = `
        let row = index / ${threads};
        let inside = row < uniforms.rows;
        let first = row * uniforms.columns;
        var largest = -uniforms.INFINITY;
        var broken = 0.0;
        for (var k = i32(localId.x); k < uniforms.columns && inside; k = k + ${threads}) {
          let value = f32(logits[first + k]);
          if (isnan(value)) { broken = 1.0; } else { largest = max(largest, value); }
        }
        parts[localId.x] = vec2<f32>(largest, broken);
        workgroupBarrier();
        for (var half = ${threads / 2}u; half > 0u; half = half / 2u) {
          if (localId.x < half) { parts[localId.x] = max(parts[localId.x], parts[localId.x + half]); }
          workgroupBarrier();
        }
        let top = parts[0];
        workgroupBarrier();
        var sum = 0.0;
        for (var k = i32(localId.x); k < uniforms.columns && inside; k = k + ${threads}) {
          sum = sum + exp(f32(logits[first + k]) - top.x);
        }
        parts[localId.x] = vec2<f32>(sum, 0.0);
        workgroupBarrier();
        for (var half = ${threads / 2}u; half > 0u; half = half / 2u) {
          if (localId.x < half) { parts[localId.x] = parts[localId.x] + parts[localId.x + half]; }
          workgroupBarrier();
        }
        // A row of -Infinity alone has no softmax either, nor has one with Infinity.
        let undefined_ = top.y > 0.0 || top.x == uniforms.INFINITY || top.x == -uniforms.INFINITY;
        for (var k = i32(localId.x); k < uniforms.columns && inside; k = k + ${threads}) {
          let value = exp(f32(logits[first + k]) - top.x) / parts[0].x;
          result[first + k] = select(value, uniforms.NAN, undefined_);
        }`;
      const flat = reshaped(backend, logits, [rows, columns]);
      const y = runShader(
        backend,
        {
          name: 'softmax',
          inputs: ['logits'],
          integers: { rows, columns },
          threads,
          declarations: `var<workgroup> parts : array<vec2<f32>, ${threads}>;`,
          body,
        },
        [flat],
        [rows, columns],
        'float32',
        rows * threads,
      );
      backend.disposeData(flat.dataId);
      const result = reshaped(backend, y, logits.shape);
      backend.disposeData(y.dataId);
      return result;
    },
};
