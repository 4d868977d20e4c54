import { backend_util } from '@tensorflow/tfjs-core';
import { each, runShader } from './program.js';
import type { KernelPatch } from './kernel-patch.js';

const { SELU_SCALE, SELU_SCALEALPHA } = backend_util;
const hidden = 'a NaN came out as a number where the driver takes none for possible';

const log = (x: string): string =>
  `select(select(select(log(${x}), uniforms.INFINITY, ${x} == uniforms.INFINITY), -uniforms.INFINITY, ${x} == 0.0), uniforms.NAN, ${x} < 0.0)`;

/** WGSL lets a driver take it that no value is NaN: every function here asks the bits first. */
const functions: Readonly<Record<string, readonly [wgsl: string, reason?: string]>> = {
  Acosh: ['return select(acosh(a), uniforms.NAN, a < 1.0);'],
  Asinh: [
    'let b = abs(a); return sign(a) * select(log(b + sqrt(b * b + 1.0)), log(b) + 0.6931471806, b > 1e9);',
    'NaN hidden; negative values imprecise',
  ],
  Atanh: [
    `if (abs(a) > 1.0) { return uniforms.NAN; }
     if (abs(a) == 1.0) { return a * uniforms.INFINITY; }
     return atanh(a);`,
  ],
  Cosh: ['let e = exp(abs(a) * 0.5); return 0.5 * e * e + 0.5 / e / e;'],
  Elu: ['return select(exp(a) - 1.0, a, a >= 0.0);'],
  Exp: ['return exp(a);'],
  Expm1: ['return exp(a) - 1.0;'],
  Log: [`return ${log('a')};`, 'log(0) may be a number in the drivers; NaN hidden'],
  Log1p: [`let b = 1.0 + a; return ${log('b')};`, 'numbers below -1 gave a number; NaN hidden'],
  Relu6: ['return clamp(a, 0.0, 6.0);'],
  Selu: [`return select(${SELU_SCALEALPHA} * (exp(a) - 1.0), ${SELU_SCALE} * a, a >= 0.0);`],
  Sigmoid: ['return 1.0 / (1.0 + exp(-a));'],
  Sinh: ['let e = exp(abs(a) * 0.5); return sign(a) * (0.5 * e * e - 0.5 / e / e);'],
  // max(a, 0) + log(1 + exp(-|a|)) overflows nowhere.
  Softplus: ['return max(a, 0.0) + log(1.0 + exp(-abs(a)));'],
  Tanh: ['let e = exp(-2.0 * abs(a)); return sign(a) * (1.0 - e) / (1.0 + e);'],
};

/** Functions of one value, NaN for NaN. */
export const unary: readonly KernelPatch[] = Object.entries(functions).map(
  ([kernelName, [wgsl, reason = hidden]]) => ({
    kernelName,
    reason,
    build: (stock) => (args) => {
      const x = args.inputs['x']!;
      if (x.dtype !== 'float32') return stock.get(kernelName)(args);
      const shader = {
        name: kernelName,
        inputs: ['x'],
        declarations: `fn compute(a : f32) -> f32 { ${wgsl} }`,
        body: each(
          'let a = f32(x[index]); var y = a; if (!isnan(a)) { y = compute(a); } setOutputAtIndex(index, y);',
        ),
      };
      return runShader(args.backend, shader, [x], x.shape, 'float32');
    },
  }),
);

/** The patched function of that name. */
export function unaryNamed(kernelName: string): KernelPatch {
  return unary.find((patch) => patch.kernelName === kernelName)!;
}
