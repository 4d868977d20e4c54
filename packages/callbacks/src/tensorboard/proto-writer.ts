const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** Writes the fields of one protocol buffers message. Fields left out have their default, as in proto3. */
export class ProtoWriter {
  readonly #parts: Uint8Array[] = [];

  /** A whole number >= 0, at most 2^53, or a truth value. */
  int(field: number, value: number | boolean): this {
    return this.#add(varint((field << 3) | VARINT), varint(Number(value)));
  }

  double(field: number, value: number): this {
    return this.#add(varint((field << 3) | FIXED64), doubles([value]));
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#add(varint((field << 3) | FIXED32), bytes);
  }

  bytes(field: number, value: Uint8Array): this {
    return this.#add(varint((field << 3) | BYTES), varint(value.length), value);
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  /** Numbers in one packed field. */
  packedDoubles(field: number, values: readonly number[]): this {
    return this.bytes(field, doubles(values));
  }

  /** The same in 32 bits. */
  packedFloats(field: number, values: readonly number[]): this {
    const view = new DataView(new ArrayBuffer(4 * values.length));
    values.forEach((value, i) => view.setFloat32(4 * i, value, true));
    return this.bytes(field, new Uint8Array(view.buffer));
  }

  message(field: number, write: (message: ProtoWriter) => unknown): this {
    const inner = new ProtoWriter();
    write(inner);
    return this.bytes(field, inner.finish());
  }

  finish(): Uint8Array {
    return join(this.#parts);
  }

  #add(...parts: readonly Uint8Array[]): this {
    this.#parts.push(...parts);
    return this;
  }
}

/** Bytes one after the other. */
export function join(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  // Shifts would cut a number to 32 bits.
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

function doubles(values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * values.length));
  values.forEach((value, i) => view.setFloat64(8 * i, value, true));
  return new Uint8Array(view.buffer);
}
