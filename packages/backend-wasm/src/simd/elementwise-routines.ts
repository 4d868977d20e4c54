import { assembler } from '@espalier/core/internal';

type Code = assembler.Code;
type WasmFunction = assembler.WasmFunction;
const {
  advance,
  countDown,
  f32Add,
  f32Div,
  f32Load,
  f32Mul,
  f32Sqrt,
  f32Store,
  f32Sub,
  f32x4Add,
  f32x4Div,
  f32x4Mul,
  f32x4Sqrt,
  f32x4Sub,
  get,
  i32Const,
  v128Load,
  v128Load32Splat,
  v128Store,
} = assembler;

/** The arithmetic kernels that have routines. */
export const arithmeticNames = ['Add', 'Sub', 'Multiply', 'RealDiv'] as const;
export type ArithmeticName = (typeof arithmeticNames)[number];

const instructions: Record<ArithmeticName, readonly [single: Code, four: Code]> = {
  Add: [f32Add, f32x4Add],
  Sub: [f32Sub, f32x4Sub],
  Multiply: [f32Mul, f32x4Mul],
  RealDiv: [f32Div, f32x4Div],
};

/** Whether a side of the operation has one value for each of the result's, or one for all. */
export type Side = 'Each' | 'One';
export const sides: readonly (readonly [Side, Side])[] = [
  ['Each', 'Each'],
  ['Each', 'One'],
  ['One', 'Each'],
];

/** `out[i] = a[i] op b[i]`. Parameters: a, b, out, count. */
const arithmetic = (name: ArithmeticName, left: Side, right: Side): WasmFunction => {
  const [single, four] = instructions[name];
  const step = (values: number, load: Code, operation: Code, store: Code): Code => [
    [get(2), get(0), left === 'One' && values === 4 ? v128Load32Splat() : load],
    [get(1), right === 'One' && values === 4 ? v128Load32Splat() : load, operation, store],
    left === 'Each' ? advance(0, i32Const(4 * values)) : [],
    right === 'Each' ? advance(1, i32Const(4 * values)) : [],
    advance(2, i32Const(4 * values)),
  ];
  return {
    name: `${name}${left}${right}`,
    parameters: 4,
    locals: [],
    body: [
      countDown(3, 4, step(4, v128Load(), four, v128Store())),
      countDown(3, 1, step(1, f32Load(), single, f32Store())),
    ],
  };
};

/** Square roots: source, target, count. */
const squareRoots: WasmFunction = {
  name: 'squareRoots',
  parameters: 3,
  locals: [],
  body: [
    countDown(2, 4, [
      [get(1), get(0), v128Load(), f32x4Sqrt, v128Store()],
      advance(0, i32Const(16)),
      advance(1, i32Const(16)),
    ]),
    countDown(2, 1, [
      [get(1), get(0), f32Load(), f32Sqrt, f32Store()],
      advance(0, i32Const(4)),
      advance(1, i32Const(4)),
    ]),
  ],
};

export const elementwiseRoutines: readonly WasmFunction[] = [
  ...arithmeticNames.flatMap((name) => sides.map(([left, right]) => arithmetic(name, left, right))),
  squareRoots,
];
