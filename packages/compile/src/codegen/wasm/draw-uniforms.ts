import { assembler as wasm } from '@espalier/core/internal';

/** Fills `count` floats at an address with what the generator of `stream` gives from a state: high and low halves of two words. */
export type DrawUniforms = (
  address: number,
  count: number,
  aHigh: number,
  aLow: number,
  bHigh: number,
  bLow: number,
) => void;

let compiled: WebAssembly.Module | undefined;

/** The routine, for one memory. */
export function drawUniforms(memory: WebAssembly.Memory): DrawUniforms {
  compiled ??= new WebAssembly.Module(wasm.moduleBytes([routine()]));
  return new WebAssembly.Instance(compiled, { env: { memory } }).exports['uniforms'] as DrawUniforms;
}

/** xoroshiro128+: each number is the upper 24 of the lower 32 bits of the sum of both words. */
function routine(): wasm.WasmFunction {
  const { get, set } = wasm;
  const [address, count, aHigh, aLow, bHigh, bLow] = [0, 1, 2, 3, 4, 5];
  const [end, a, b, both] = [6, 7, 8, 9];
  const word = (high: number, low: number): wasm.Code => [
    [get(high), wasm.i64ExtendI32U, wasm.i64Const(32), wasm.i64Shl],
    [get(low), wasm.i64ExtendI32U, wasm.i64Or],
  ];
  const next: wasm.Code = [
    [get(address), get(a), get(b), wasm.i64Add, wasm.i32WrapI64, wasm.i32Const(8), wasm.i32ShrU],
    [wasm.f32ConvertI32U, wasm.f32Const(2 ** -24), wasm.f32Mul, wasm.f32Store()],
    [get(a), get(b), wasm.i64Xor, set(both)],
    [get(a), wasm.i64Const(24), wasm.i64Rotl, get(both), wasm.i64Xor],
    [get(both), wasm.i64Const(16), wasm.i64Shl, wasm.i64Xor, set(a)],
    [get(both), wasm.i64Const(37), wasm.i64Rotl, set(b)],
    wasm.advance(address, wasm.i32Const(4)),
  ];
  return {
    name: 'uniforms',
    parameters: 6,
    locals: [
      [1, wasm.I32],
      [3, wasm.I64],
    ],
    body: [
      [word(aHigh, aLow), set(a), word(bHigh, bLow), set(b)],
      [get(address), get(count), wasm.i32Const(2), wasm.i32Shl, wasm.i32Add, set(end)],
      wasm.ifElse([get(count)], wasm.doWhile(next, [get(address), get(end), wasm.i32LtU]), []),
    ],
  };
}
