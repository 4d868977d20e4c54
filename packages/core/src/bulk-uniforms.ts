/** The state of xoroshiro128+ as two 64-bit words, each high half first. */
export type State = readonly [number, number, number, number];

/** From this many numbers on the call is worth it. */
export const bulk = 256;

/**
 * Fills `values` with the next numbers of xoroshiro128+, uniform in [0, 1) and multiples of 2^-24, from a WebAssembly
 * routine: a dropout mask is drawn for every step, and JavaScript, which has no 64-bit integers, takes four times as long.
 *
 * @returns The state after them; `undefined` where the page forbids WebAssembly, and then nothing was done.
 */
export function bulkUniforms(state: State, values: Float32Array): State | undefined {
  if (!loaded) {
    loaded = true;
    fill = load();
  }
  if (!fill) return undefined;
  const { memory, routine } = fill;
  const words = new Int32Array(memory.buffer, 0, 4);
  words.set([state[1], state[0], state[3], state[2]]);
  for (let at = 0; at < values.length; at += mostAtOnce) {
    const count = Math.min(mostAtOnce, values.length - at);
    routine(count);
    values.set(new Float32Array(memory.buffer, stateBytes, count), at);
  }
  return [words[1]!, words[0]!, words[3]!, words[2]!];
}

interface Fill {
  readonly memory: WebAssembly.Memory;
  readonly routine: (count: number) => void;
}

let loaded = false;
let fill: Fill | undefined;

function load(): Fill | undefined {
  try {
    const bytes = Uint8Array.from(atob(code), (character) => character.charCodeAt(0));
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
    return {
      memory: exports['memory'] as WebAssembly.Memory,
      routine: exports['fill'] as (count: number) => void,
    };
  } catch {
    return undefined;
  }
}

const stateBytes = 16;
const mostAtOnce = 16384;

/*
 * The routine, assembled:
 *
 * (module
 *   (memory (export "memory") 2)
 *   (func (export "fill") (param $count i32)
 *     (local $at i32) (local $end i32) (local $a i64) (local $b i64) (local $c i64)
 *     (local.set $a (i64.load (i32.const 0)))
 *     (local.set $b (i64.load (i32.const 8)))
 *     (local.set $at (i32.const 16))
 *     (local.set $end (i32.add (i32.const 16) (i32.shl (local.get $count) (i32.const 2))))
 *     (loop $next
 *       (f32.store (local.get $at)
 *         (f32.mul
 *           (f32.convert_i32_u
 *             (i32.shr_u (i32.wrap_i64 (i64.add (local.get $a) (local.get $b))) (i32.const 8)))
 *           (f32.const 0x1p-24)))
 *       (local.set $c (i64.xor (local.get $a) (local.get $b)))
 *       (local.set $a (i64.xor
 *         (i64.xor (i64.rotl (local.get $a) (i64.const 24)) (local.get $c))
 *         (i64.shl (local.get $c) (i64.const 16))))
 *       (local.set $b (i64.rotl (local.get $c) (i64.const 37)))
 *       (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 4))) (local.get $end))))
 *     (i64.store (i32.const 0) (local.get $a))
 *     (i64.store (i32.const 8) (local.get $b))))
 */
const code =
  'AGFzbQEAAAABBQFgAX8AAwIBAAUDAQACBxECBm1lbW9yeQIABGZpbGwAAAp0AXICAn8DfkEAKQMAIQNBCCkDACEEQRAhAUEQIABBAnRqIQID' +
  'QCABIAMgBHynQQh2s0MAAIAzlDgCACADIASFIQUgA0IYiSAFhSAFQhCGhSEDIAVCJYkhBCABQQRqIgEgAkkNAAtBACADNwMAQQggBDcDAAs=';
