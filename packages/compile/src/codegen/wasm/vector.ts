import { assembler as wasm } from '@espalier/core/internal';

/**
 * What a vector register holds: four floats, four whole numbers, four truths (all bits of a lane set, or none), or two
 * doubles.
 */
export type Lanes = 'f32' | 'i32' | 'mask' | 'f64';

/** One value of a loop's body: four neighbouring elements (two of `f64`) as an expression without side effects. */
export interface Vector {
  readonly lanes: Lanes;
  readonly operands: readonly Vector[];
  /** Instructions that follow those of the operands. */
  readonly code: wasm.Code;
  /** What tells it from others with the same operands. */
  readonly key: string;
  /** The memory that it reads, by number of the access in its loop. */
  readonly access?: number;
  /** A constant: known before the loop. */
  readonly constant?: true;
  /** The number of a constant of floats or whole numbers. */
  readonly number?: number;
}

const f32 = new Float32Array(4);
const bytes = new Uint8Array(f32.buffer);
const i32 = new Int32Array(f32.buffer);
const f64 = new Float64Array(f32.buffer);
const i64 = new BigInt64Array(f32.buffer);

/**
 * Makes the expressions of one loop. Equal expressions are one object, so that each is computed once.
 *
 * Every operation rounds as WebAssembly says, which is the same on every machine. There is no fused multiply-add.
 */
export class VectorBuilder {
  readonly #known = new Map<string, Vector>();
  readonly #numbers = new Map<Vector, number>();

  #add(
    lanes: Lanes,
    key: string,
    operands: readonly Vector[],
    code: wasm.Code,
    more: Partial<Vector> = {},
  ): Vector {
    const full = `${lanes} ${key} ${operands.map((operand) => this.#numbers.get(operand)).join()}`;
    let known = this.#known.get(full);
    if (!known) {
      known = { lanes, operands, code, key, ...more };
      this.#numbers.set(known, this.#known.size);
      this.#known.set(full, known);
    }
    return known;
  }

  /** A float in all lanes. */
  f32(number: number): Vector {
    f32.fill(number);
    const key = `const ${i32[0]}`;
    return this.#add('f32', key, [], wasm.v128Const(bytes), { constant: true, number: f32[0]! });
  }

  /** A whole number in all lanes. */
  i32(number: number): Vector {
    i32.fill(number);
    return this.#add('i32', `const ${i32[0]}`, [], wasm.v128Const(bytes), {
      constant: true,
      number: i32[0]!,
    });
  }

  /** A double in both lanes. */
  f64(number: number): Vector {
    f64[0] = f64[1] = number;
    return this.#add('f64', `const ${i64[0]}`, [], wasm.v128Const(bytes), { constant: true });
  }

  /** 64 bits in both lanes. */
  bits64(bits: bigint): Vector {
    i64[0] = i64[1] = bits;
    return this.#add('f64', `const ${i64[0]}`, [], wasm.v128Const(bytes), { constant: true });
  }

  /** The same truth in all lanes. */
  truth(value: boolean): Vector {
    i32.fill(value ? -1 : 0);
    return this.#add('mask', `const ${i32[0]}`, [], wasm.v128Const(bytes), { constant: true });
  }

  /** True in the first `count` lanes. */
  firstLanes(count: number): Vector {
    for (let i = 0; i < 4; i++) i32[i] = i < count ? -1 : 0;
    return this.#add('mask', `first ${count}`, [], wasm.v128Const(bytes), { constant: true });
  }

  /** What an access of the loop reads. */
  read(lanes: Lanes, access: number): Vector {
    return this.#add(lanes, `read ${access}`, [], [], { access });
  }

  #same(name: string, code: wasm.Code, ...operands: readonly Vector[]): Vector {
    return this.#add(operands[0]!.lanes, name, operands, code);
  }

  #floats(
    name: string,
    single: wasm.Code,
    double: wasm.Code | undefined,
    ...operands: readonly Vector[]
  ): Vector {
    const { lanes } = operands[0]!;
    const code = lanes === 'f64' ? double : single;
    if (!code || (lanes !== 'f32' && lanes !== 'f64'))
      throw new Error(`There is no ${name} of ${lanes} vectors.`);
    return this.#add(lanes, name, operands, code);
  }

  #byType(name: string, codes: Partial<Record<Lanes, wasm.Code>>, ...operands: readonly Vector[]): Vector {
    const { lanes } = operands[0]!;
    const code = codes[lanes];
    if (!code) throw new Error(`There is no ${name} of ${lanes} vectors.`);
    return this.#add(lanes, name, operands, code);
  }

  add(a: Vector, b: Vector): Vector {
    return this.#byType('add', { f32: wasm.f32x4Add, f64: wasm.f64x2Add, i32: wasm.i32x4Add }, a, b);
  }
  sub(a: Vector, b: Vector): Vector {
    return this.#byType('sub', { f32: wasm.f32x4Sub, f64: wasm.f64x2Sub, i32: wasm.i32x4Sub }, a, b);
  }
  mul(a: Vector, b: Vector): Vector {
    return this.#byType('mul', { f32: wasm.f32x4Mul, f64: wasm.f64x2Mul, i32: wasm.i32x4Mul }, a, b);
  }
  div(a: Vector, b: Vector): Vector {
    return this.#floats('div', wasm.f32x4Div, wasm.f64x2Div, a, b);
  }
  /** NaN where either is NaN. */
  max(a: Vector, b: Vector): Vector {
    return this.#byType('max', { f32: wasm.f32x4Max, f64: wasm.f64x2Max, i32: wasm.i32x4MaxS }, a, b);
  }
  /** NaN where either is NaN. */
  min(a: Vector, b: Vector): Vector {
    return this.#byType('min', { f32: wasm.f32x4Min, f64: wasm.f64x2Min, i32: wasm.i32x4MinS }, a, b);
  }
  neg(a: Vector): Vector {
    return this.#byType('neg', { f32: wasm.f32x4Neg, f64: wasm.f64x2Neg, i32: wasm.i32x4Neg }, a);
  }
  abs(a: Vector): Vector {
    return this.#byType('abs', { f32: wasm.f32x4Abs, f64: wasm.f64x2Abs, i32: wasm.i32x4Abs }, a);
  }
  sqrt(a: Vector): Vector {
    return this.#floats('sqrt', wasm.f32x4Sqrt, wasm.f64x2Sqrt, a);
  }
  floor(a: Vector): Vector {
    return this.#floats('floor', wasm.f32x4Floor, undefined, a);
  }
  ceil(a: Vector): Vector {
    return this.#floats('ceil', wasm.f32x4Ceil, undefined, a);
  }
  /** The nearest whole number, of two the even one. */
  nearest(a: Vector): Vector {
    return this.#floats('nearest', wasm.f32x4Nearest, wasm.f64x2Nearest, a);
  }
  /** Towards zero. */
  trunc(a: Vector): Vector {
    return this.#floats('trunc', wasm.f32x4Trunc, wasm.f64x2Trunc, a);
  }

  #compare(name: string, codes: Partial<Record<Lanes, wasm.Code>>, a: Vector, b: Vector): Vector {
    const code = codes[a.lanes];
    if (!code) throw new Error(`There is no ${name} of ${a.lanes} vectors.`);
    return this.#add(a.lanes === 'f64' ? 'f64' : 'mask', name, [a, b], code);
  }
  equal(a: Vector, b: Vector): Vector {
    return this.#compare(
      'equal',
      { f32: wasm.f32x4Eq, i32: wasm.i32x4Eq, mask: wasm.i32x4Eq, f64: wasm.f64x2Eq },
      a,
      b,
    );
  }
  less(a: Vector, b: Vector): Vector {
    return this.#compare('less', { f32: wasm.f32x4Lt, i32: wasm.i32x4LtS, f64: wasm.f64x2Lt }, a, b);
  }
  /** True where both are numbers and `a <= b`. */
  lessOrEqual(a: Vector, b: Vector): Vector {
    return this.#compare('lessOrEqual', { f32: wasm.f32x4Le, i32: wasm.i32x4LeS, f64: wasm.f64x2Le }, a, b);
  }

  and(a: Vector, b: Vector): Vector {
    return this.#same('and', wasm.v128And, a, b);
  }
  or(a: Vector, b: Vector): Vector {
    return this.#same('or', wasm.v128Or, a, b);
  }
  xor(a: Vector, b: Vector): Vector {
    return this.#same('xor', wasm.v128Xor, a, b);
  }
  not(a: Vector): Vector {
    return this.#same('not', wasm.v128Not, a);
  }
  /** Lane by lane `a` where `mask` is true, `b` elsewhere; of two doubles, the mask is a comparison of doubles. */
  select(mask: Vector, a: Vector, b: Vector): Vector {
    return this.#add(a.lanes, 'select', [a, b, mask], wasm.v128Bitselect);
  }
  /** The same bits under another type. */
  as(lanes: Lanes, a: Vector): Vector {
    return a.lanes === lanes ? a : this.#add(lanes, 'as', [a], []);
  }

  #shifted(name: string, code: wasm.Code, a: Vector, bits: number): Vector {
    return this.#add(a.lanes, `${name} ${bits}`, [a], [wasm.i32Const(bits), code]);
  }
  /** Of each double's 64 bits. */
  shiftLeft64(a: Vector, bits: number): Vector {
    return this.#shifted('shl64', wasm.i64x2Shl, a, bits);
  }
  /** Of each double's 64 bits, zeros coming in. */
  shiftRight64(a: Vector, bits: number): Vector {
    return this.#shifted('shr64', wasm.i64x2ShrU, a, bits);
  }
  shiftLeft(a: Vector, bits: number): Vector {
    return this.#shifted('shl', wasm.i32x4Shl, a, bits);
  }
  shiftRight(a: Vector, bits: number): Vector {
    return this.#shifted('shr', wasm.i32x4ShrU, a, bits);
  }
  /** The sum of each lane's 64 bits. */
  add64(a: Vector, b: Vector): Vector {
    return this.#add('f64', 'add64', [a, b], wasm.i64x2Add);
  }

  /** Whole numbers as floats. */
  toFloat(a: Vector): Vector {
    return this.#add('f32', 'convert', [a], wasm.f32x4ConvertI32x4S);
  }
  /** Floats cut towards zero, the nearest that there is for those out of range, 0 for NaN. */
  toInt(a: Vector): Vector {
    return this.#add('i32', 'trunc', [a], wasm.i32x4TruncSatF32x4S);
  }

  #half(a: Vector, high: boolean): Vector {
    return high ? this.#add(a.lanes, 'upper', [a], [UPPER]) : a;
  }
  /** The two halves of four floats or whole numbers as doubles. */
  halves(a: Vector): [Vector, Vector] {
    const code = a.lanes === 'f32' ? wasm.f64x2PromoteLow : wasm.f64x2ConvertLowI32x4S;
    return [
      this.#add('f64', 'double', [this.#half(a, false)], code),
      this.#add('f64', 'double', [this.#half(a, true)], code),
    ];
  }
  /** Four floats of two halves of doubles, each rounded once. */
  join(low: Vector, high: Vector): Vector {
    const [a, b] = [low, high].map((half) => this.#add('f32', 'single', [half], wasm.f32x4DemoteZero)) as [
      Vector,
      Vector,
    ];
    return this.#add('f32', 'join', [a, b], JOIN);
  }
  /** Four whole numbers of two halves of doubles, cut towards zero. */
  joinInts(low: Vector, high: Vector): Vector {
    const [a, b] = [low, high].map((half) =>
      this.#add('i32', 'truncDouble', [half], wasm.i32x4TruncSatF64x2SZero),
    ) as [Vector, Vector];
    return this.#add('i32', 'join', [a, b], JOIN);
  }
}

/** The upper two lanes in place of the lower; the operand stands on the stack once, so it is swapped with nothing else. */
const UPPER: wasm.Code = [wasm.v128Zero, wasm.shuffle32(2, 3, 2, 3)];
/** The lower two lanes of each. */
const JOIN: wasm.Code = wasm.shuffle32(0, 1, 4, 5);
