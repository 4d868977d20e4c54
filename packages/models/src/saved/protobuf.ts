import { refuse } from './refuse.js';

/** A field of a protobuf message: a number, or bytes. */
export interface Field {
  readonly number: number;
  readonly value: bigint | Uint8Array;
}

const LARGEST = BigInt(Number.MAX_SAFE_INTEGER);

/** Reads the fields of a message one after another. No field reaches beyond it. @throws EspalierError `invalid-data`. */
export function* fieldsOf(message: Uint8Array, scope: string): Generator<Field> {
  const at = { place: 0 };
  while (at.place < message.length) {
    const key = Number(varint(message, at, scope));
    const number = Math.floor(key / 8);
    if (number < 1 || number > 536_870_911)
      refuse(scope, `it has a field ${number}, which protobuf has not.`);
    const kind = key % 8;
    if (kind === 0) yield { number, value: varint(message, at, scope) };
    else if (kind === 1) yield { number, value: taken(message, at, 8n, scope) };
    else if (kind === 5) yield { number, value: taken(message, at, 4n, scope) };
    else if (kind === 2) yield { number, value: taken(message, at, varint(message, at, scope), scope) };
    else refuse(scope, `it has a field of wire type ${kind}, which is none.`);
  }
}

/** Whole numbers of a repeated field: one, or several packed into bytes. */
export function* integersOf({ value }: Field, scope: string): Generator<bigint> {
  if (typeof value === 'bigint') {
    yield BigInt.asIntN(64, value);
    return;
  }
  const at = { place: 0 };
  while (at.place < value.length) yield BigInt.asIntN(64, varint(value, at, scope));
}

function varint(bytes: Uint8Array, at: { place: number }, scope: string): bigint {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = bytes[at.place++];
    if (byte === undefined) refuse(scope, 'it ends in the middle of a number.');
    value |= BigInt(byte! & 127) << shift;
    if (byte! < 128) return BigInt.asUintN(64, value);
  }
  return refuse(scope, 'it has a number of more than ten bytes.');
}

function taken(bytes: Uint8Array, at: { place: number }, length: bigint, scope: string): Uint8Array {
  if (length > LARGEST || at.place + Number(length) > bytes.length)
    refuse(scope, `a field is to have ${length} bytes, and ${bytes.length - at.place} are left.`);
  const part = bytes.subarray(at.place, at.place + Number(length));
  at.place += Number(length);
  return part;
}
