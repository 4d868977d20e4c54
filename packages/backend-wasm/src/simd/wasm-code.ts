/**
 * A small WebAssembly writer: just the sections and instructions that the SIMD routines of this package need.
 * Numbers are bytes; an instruction is an array of bytes; a function body is a flat list of instructions.
 */
export type Code = readonly (number | Code)[];

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

const simd = (opcode: number): number[] => [0xfd, ...unsigned(opcode)];
const address = (align: number, offset: number): number[] => [align, ...unsigned(offset)];

export const I32 = 0x7f;
export const V128 = 0x7b;

export const get = (local: number): Code => [0x20, unsigned(local)];
export const set = (local: number): Code => [0x21, unsigned(local)];
export const tee = (local: number): Code => [0x22, unsigned(local)];
export const i32Const = (value: number): Code => [0x41, signed(value)];
export const i32Add: Code = [0x6a];
export const i32Sub: Code = [0x6b];
export const i32GeS: Code = [0x4e];
export const i32Load = (offset = 0): Code => [0x28, address(2, offset)];
export const i32Store = (offset = 0): Code => [0x36, address(2, offset)];
export const f32Load = (offset = 0): Code => [0x2a, address(2, offset)];
export const f32Store = (offset = 0): Code => [0x38, address(2, offset)];
export const f32Add: Code = [0x92];
export const f32Sub: Code = [0x93];
export const f32Mul: Code = [0x94];
export const f32Div: Code = [0x95];
export const f32Sqrt: Code = [0x91];
export const v128Load = (offset = 0): Code => [simd(0x00), address(2, offset)];
export const v128Load32Splat = (offset = 0): Code => [simd(0x09), address(2, offset)];
export const v128Store = (offset = 0): Code => [simd(0x0b), address(2, offset)];
export const v128Zero: Code = [simd(0x0c), new Array<number>(16).fill(0)];
export const v128Load64Zero = (offset = 0): Code => [simd(0x5d), address(2, offset)];
export const i32x4Splat: Code = simd(0x11);
export const i32x4Eq: Code = simd(0x37);
export const f32x4Ne: Code = simd(0x42);
export const f32x4Gt: Code = simd(0x44);
export const v128And: Code = simd(0x4e);
export const v128Or: Code = simd(0x50);
/** Stack: where the mask is set, where it is not, the mask. */
export const v128Bitselect: Code = simd(0x52);
export const f64x2PromoteLow: Code = simd(0x5f);
export const f64x2Add: Code = simd(0xf0);
export const f32x4Sqrt: Code = simd(0xe3);
export const f32x4Add: Code = simd(0xe4);
export const f32x4Sub: Code = simd(0xe5);
export const f32x4Mul: Code = simd(0xe6);
export const f32x4Div: Code = simd(0xe7);

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

/** `condition ? then : otherwise`, for effect. */
export const ifElse = (condition: Code, then: Code, otherwise: Code): Code => [
  condition,
  [0x04, 0x40],
  then,
  0x05,
  otherwise,
  0x0b,
];

/** One exported function whose parameters are all i32 and which returns nothing. */
export interface WasmFunction {
  readonly name: string;
  readonly parameters: number;
  /** Further locals, in order: `[count, type]`. */
  readonly locals: readonly (readonly [number, number])[];
  readonly body: Code;
}

function flat(code: Code): number[] {
  const out: number[] = [];
  const walk = (part: Code): void => {
    for (const item of part) {
      if (typeof item === 'number') out.push(item);
      else walk(item);
    }
  };
  walk(code);
  return out;
}

const vector = (items: readonly (readonly number[])[]): number[] => [
  ...unsigned(items.length),
  ...items.flat(),
];
const section = (id: number, content: readonly number[]): number[] => [
  id,
  ...unsigned(content.length),
  ...content,
];
const text = (value: string): number[] => {
  const bytes = [...new TextEncoder().encode(value)];
  return [...unsigned(bytes.length), ...bytes];
};

/** The bytes of a module that imports `env.memory` and exports `functions`. */
export function moduleBytes(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const types = functions.map((f) => [0x60, ...vector(new Array<number[]>(f.parameters).fill([I32])), 0]);
  const bodies = functions.map((f) => {
    const locals = vector(f.locals.map(([count, type]) => [...unsigned(count), type]));
    const body = [...locals, ...flat(f.body), 0x0b];
    return [...unsigned(body.length), ...body];
  });
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector(types)),
    ...section(2, vector([[...text('env'), ...text('memory'), 0x02, 0x00, 0x00]])),
    ...section(3, vector(functions.map((_, index) => unsigned(index)))),
    ...section(7, vector(functions.map((f, index) => [...text(f.name), 0x00, ...unsigned(index)]))),
    ...section(10, vector(bodies)),
  ]);
}
