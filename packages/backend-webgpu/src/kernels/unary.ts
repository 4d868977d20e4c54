import { backend_util } from '@tensorflow/tfjs-core';
import { each, runShader } from './program.js';
import type { KernelPatch } from './kernel-patch.js';

const { SELU_SCALE, SELU_SCALEALPHA } = backend_util;
const hidden = 'a NaN came out as a number where the driver takes none for possible';

const log = (x: string): string =>
  `select(select(select(log(${x}), uniforms.INFINITY, ${x} == uniforms.INFINITY), -uniforms.INFINITY, ${x} == 0.0), uniforms.NAN, ${x} < 0.0)`;

/**
 * The sine of `a + quarter` quarters of a turn: the argument is brought to -pi/4..pi/4 in three exact parts of pi/2 (Cody
 * and Waite), the rest is Taylor's series. Beyond 1e5 the driver's own.
 */
const sine = (quarter: number, own: string): string => `
  if (abs(a) > 1e5) { return ${own}; }
  let k = round(a * 0.6366197723675814);
  let r = ((a - k * 1.5703125) - k * 4.837512969970703e-4) - k * 7.549789948768648e-8;
  let q = r * r;
  let odd = r + r * q * (-1.0 / 6.0 + q * (1.0 / 120.0 + q * (-1.0 / 5040.0 + q / 362880.0)));
  let even = 1.0 + q * (-0.5 + q * (1.0 / 24.0 + q * (-1.0 / 720.0 + q / 40320.0)));
  let turn = (i32(k) + ${quarter}) & 3;
  let size = select(odd, even, (turn & 1) == 1);
  return select(size, -size, turn >= 2);`;
const imprecise = 'right to 2^-11 only, which is all that WGSL asks of a driver';

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
  Cos: [sine(1, 'cos(a)'), imprecise],
  Cosh: ['let e = exp(abs(a) * 0.5); return 0.5 * e * e + 0.5 / e / e;'],
  Elu: ['return select(exp(a) - 1.0, a, a >= 0.0);'],
  Exp: ['return exp(a);'],
  Expm1: ['return exp(a) - 1.0;'],
  Log: [`return ${log('a')};`, 'log(0) may be a number in the drivers; NaN hidden'],
  Log1p: [`let b = 1.0 + a; return ${log('b')};`, 'numbers below -1 gave a number; NaN hidden'],
  Relu6: ['return clamp(a, 0.0, 6.0);'],
  Selu: [`return select(${SELU_SCALEALPHA} * (exp(a) - 1.0), ${SELU_SCALE} * a, a >= 0.0);`],
  Sigmoid: ['return 1.0 / (1.0 + exp(-a));'],
  Sin: [sine(0, 'sin(a)'), imprecise],
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
