/**
 * A small WebAssembly writer: the sections and instructions that our routines need. Numbers are bytes; an instruction is an
 * array of bytes; a function body is a list of instructions, nested at will.
 *
 * @module
 */
import { type Code, Sink } from './sink.js';

export type { Code } from './sink.js';

/** Unsigned LEB128. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value >>> 0;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
  return bytes;
}

/** Signed LEB128. */
export function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    const done = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
    bytes.push(done ? low : low | 0x80);
    if (done) return bytes;
  }
}

/** An instruction of the SIMD set. */
export const simd = (opcode: number): number[] => [0xfd, ...unsigned(opcode)];
const address = (align: number, offset: number): number[] => [align, ...unsigned(offset)];

export const I32 = 0x7f;
export const V128 = 0x7b;

export const get = (local: number): Code => [0x20, unsigned(local)];
export const set = (local: number): Code => [0x21, unsigned(local)];
export const tee = (local: number): Code => [0x22, unsigned(local)];
export const call = (index: number): Code => [0x10, unsigned(index)];
export const i32Const = (value: number): Code => [0x41, signed(value)];
export const i32Eqz: Code = [0x45];
export const i32GeS: Code = [0x4e];
export const i32LtS: Code = [0x48];
export const i32GtS: Code = [0x4a];
export const i32LtU: Code = [0x49];
export const i32GeU: Code = [0x4f];
export const i32Add: Code = [0x6a];
export const i32Sub: Code = [0x6b];
export const i32Mul: Code = [0x6c];
export const i32DivS: Code = [0x6d];
export const i32RemS: Code = [0x6f];
export const i32And: Code = [0x71];
export const i32Or: Code = [0x72];
export const i32Shl: Code = [0x74];
export const i32ShrU: Code = [0x76];
export const f32Const = (value: number): Code => [0x43, ...new Uint8Array(Float32Array.of(value).buffer)];
export const f32Sqrt: Code = [0x91];
export const f32Add: Code = [0x92];
export const f32Sub: Code = [0x93];
export const f32Mul: Code = [0x94];
export const f32Div: Code = [0x95];
export const i32Load = (offset = 0): Code => [0x28, address(2, offset)];
export const f32Load = (offset = 0): Code => [0x2a, address(2, offset)];
export const i32Store = (offset = 0): Code => [0x36, address(2, offset)];
export const f32Store = (offset = 0): Code => [0x38, address(2, offset)];
export const v128Load = (offset = 0): Code => [simd(0x0), address(2, offset)];
export const v128Load32Splat = (offset = 0): Code => [simd(0x9), address(2, offset)];
export const v128Store = (offset = 0): Code => [simd(0xb), address(2, offset)];
export const v128Load32Zero = (offset = 0): Code => [simd(0x5c), address(2, offset)];
export const v128Load64Zero = (offset = 0): Code => [simd(0x5d), address(2, offset)];
export const v128Load8Splat = (offset = 0): Code => [simd(0x07), address(0, offset)];
/** Stack: address, vector. */
export const v128Load8Lane = (lane: number, offset = 0): Code => [simd(0x54), address(0, offset), lane];
export const v128Load32Lane = (lane: number, offset = 0): Code => [simd(0x56), address(2, offset), lane];
export const v128Store32Lane = (lane: number, offset = 0): Code => [simd(0x5a), address(2, offset), lane];
export const v128Store64Lane = (lane: number, offset = 0): Code => [simd(0x5b), address(2, offset), lane];
/** A constant vector of 16 bytes. */
export const v128Const = (bytes: ArrayLike<number>): Code => [simd(0x0c), Array.from(bytes)];
export const v128Zero: Code = v128Const(new Array<number>(16).fill(0));
/** Bytes of two vectors by number: 0-15 of the first, 16-31 of the second. */
export const i8x16Shuffle = (bytes: readonly number[]): Code => [simd(0x0d), [...bytes]];
/** Lanes of four bytes of two vectors by number: 0-3 of the first, 4-7 of the second. */
export const shuffle32 = (...lanes: readonly number[]): Code =>
  i8x16Shuffle(lanes.flatMap((lane) => [4 * lane, 4 * lane + 1, 4 * lane + 2, 4 * lane + 3]));
export const i32x4ExtractLane = (lane: number): Code => [simd(0x1b), lane];
export const i32x4ReplaceLane = (lane: number): Code => [simd(0x1c), lane];
export const f32x4ExtractLane = (lane: number): Code => [simd(0x1f), lane];
export const i32x4Splat: Code = simd(0x11);
export const f32x4Splat: Code = simd(0x13);
export const i32x4Eq: Code = simd(0x37);
export const i32x4LtS: Code = simd(0x39);
export const i32x4GtS: Code = simd(0x3b);
export const f32x4Eq: Code = simd(0x41);
export const f32x4Ne: Code = simd(0x42);
export const f32x4Lt: Code = simd(0x43);
export const f32x4Gt: Code = simd(0x44);
export const f32x4Le: Code = simd(0x45);
export const f32x4Ge: Code = simd(0x46);
export const f64x2Eq: Code = simd(0x47);
export const f64x2Lt: Code = simd(0x49);
export const f64x2Gt: Code = simd(0x4a);
export const v128Not: Code = simd(0x4d);
export const v128And: Code = simd(0x4e);
export const v128AndNot: Code = simd(0x4f);
export const v128Or: Code = simd(0x50);
export const v128Xor: Code = simd(0x51);
/** Stack: where the mask is set, where it is not, the mask. */
export const v128Bitselect: Code = simd(0x52);
export const v128AnyTrue: Code = simd(0x53);
export const f32x4DemoteZero: Code = simd(0x5e);
export const f64x2PromoteLow: Code = simd(0x5f);
export const f32x4Ceil: Code = simd(0x67);
export const f32x4Floor: Code = simd(0x68);
export const f32x4Trunc: Code = simd(0x69);
export const f32x4Nearest: Code = simd(0x6a);
export const i16x8ExtendLowU: Code = simd(0x89);
export const i32x4ExtendLowU: Code = simd(0xa9);
export const i32x4Abs: Code = simd(0xa0);
export const i32x4Neg: Code = simd(0xa1);
export const i32x4Shl: Code = simd(0xab);
export const i32x4ShrS: Code = simd(0xac);
export const i32x4ShrU: Code = simd(0xad);
export const i32x4Add: Code = simd(0xae);
export const i32x4Sub: Code = simd(0xb1);
export const i32x4Mul: Code = simd(0xb5);
export const i32x4MinS: Code = simd(0xb6);
export const i32x4MaxS: Code = simd(0xb8);
export const i64x2Shl: Code = simd(0xcb);
export const i64x2ShrS: Code = simd(0xcc);
export const i64x2ShrU: Code = simd(0xcd);
export const i64x2Add: Code = simd(0xce);
export const i64x2Sub: Code = simd(0xd1);
export const i32x4LeS: Code = simd(0x3d);
export const f64x2Le: Code = simd(0x4b);
export const f64x2Trunc: Code = simd(0x7a);
export const f64x2Nearest: Code = simd(0x94);
export const f32x4Abs: Code = simd(0xe0);
export const f32x4Neg: Code = simd(0xe1);
export const f32x4Sqrt: Code = simd(0xe3);
export const f32x4Add: Code = simd(0xe4);
export const f32x4Sub: Code = simd(0xe5);
export const f32x4Mul: Code = simd(0xe6);
export const f32x4Div: Code = simd(0xe7);
export const f32x4Min: Code = simd(0xe8);
export const f32x4Max: Code = simd(0xe9);
export const f64x2Abs: Code = simd(0xec);
export const f64x2Neg: Code = simd(0xed);
export const f64x2Sqrt: Code = simd(0xef);
export const f64x2Add: Code = simd(0xf0);
export const f64x2Sub: Code = simd(0xf1);
export const f64x2Mul: Code = simd(0xf2);
export const f64x2Div: Code = simd(0xf3);
export const f64x2Min: Code = simd(0xf4);
export const f64x2Max: Code = simd(0xf5);
export const i32x4TruncSatF32x4S: Code = simd(0xf8);
export const f32x4ConvertI32x4S: Code = simd(0xfa);
export const i32x4TruncSatF64x2SZero: Code = simd(0xfc);
export const f64x2ConvertLowI32x4S: Code = simd(0xfe);

/** Stack: two factors, then what is added to their product; rounded once or twice, as the processor does it faster. */
export const f32x4RelaxedMadd: Code = simd(0x105);

/** `sum += a * b` of four floats each; `relaxed` leaves it to the processor whether the product is rounded, too. */
export const addProduct = (sum: number, a: Code, b: Code, relaxed: boolean): Code =>
  relaxed ? [a, b, get(sum), f32x4RelaxedMadd, set(sum)] : [get(sum), a, b, f32x4Mul, f32x4Add, set(sum)];

/** `local += amount`, in bytes. */
export const advance = (local: number, amount: Code): Code => [get(local), amount, i32Add, set(local)];

/** Runs `body` while `local >= step`, taking `step` off it each time. */
export const countDown = (local: number, step: number, body: Code): Code => [
  [0x02, 0x40, 0x03, 0x40],
  [get(local), i32Const(step), i32GeS, 0x45, 0x0d, 0x01],
  body,
  [get(local), i32Const(step), i32Sub, set(local), 0x0c, 0x00],
  [0x0b, 0x0b],
];

/** Runs `body` at least once, and again while `condition` says so after it. */
export const doWhile = (body: Code, condition: Code): Code => [
  [0x03, 0x40],
  body,
  condition,
  [0x0d, 0x00, 0x0b],
];

/** `condition ? then : otherwise`, for effect. */
export const ifElse = (condition: Code, then: Code, otherwise: Code): Code => [
  condition,
  [0x04, 0x40],
  then,
  0x05,
  otherwise,
  0x0b,
];

/** One function whose parameters are all i32 and which returns nothing. */
export interface WasmFunction {
  /** What it is exported as; empty for one that only others call. */
  readonly name: string;
  readonly parameters: number;
  /** Further locals, in order: `[count, type]`. */
  readonly locals: readonly (readonly [number, number])[];
  readonly body: Code;
}

/** With its length before it. */
function counted(content: Sink): Sink {
  const sink = new Sink();
  sink.write(unsigned(content.length));
  sink.append(content);
  return sink;
}

/** A section that lists some things. */
function section(id: number, items: readonly Code[]): Sink {
  const content = new Sink();
  content.write([unsigned(items.length), items]);
  return withId(id, content);
}

function withId(id: number, content: Sink): Sink {
  const sink = new Sink();
  sink.write([id]);
  sink.append(counted(content));
  return sink;
}

const text = (value: string): Code => {
  const bytes = [...new TextEncoder().encode(value)];
  return [unsigned(bytes.length), bytes];
};

function bodyOf({ locals, body }: WasmFunction): Sink {
  const sink = new Sink();
  sink.write([unsigned(locals.length), locals.map(([count, type]) => [unsigned(count), type])]);
  sink.write([body, 0x0b]);
  return counted(sink);
}

/**
 * The bytes of a module that imports `env.memory` and exports those `functions` that have a name. A function is called by its
 * place in the list.
 */
export function moduleBytes(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters }): Code => [
    0x60,
    unsigned(parameters),
    new Array<number>(parameters).fill(I32),
    0,
  ]);
  const exported = functions.flatMap(({ name }, index): Code[] =>
    name === '' ? [] : [[text(name), 0x00, unsigned(index)]],
  );
  const bodies = new Sink();
  bodies.write(unsigned(functions.length));
  for (const one of functions) bodies.append(bodyOf(one));
  const module = new Sink();
  module.write([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
  module.append(section(1, types));
  module.append(section(2, [[text('env'), text('memory'), 0x02, 0x00, 0x00]]));
  module.append(
    section(
      3,
      functions.map((_, index) => unsigned(index)),
    ),
  );
  module.append(section(7, exported));
  module.append(withId(10, bodies));
  return module.finish();
}
