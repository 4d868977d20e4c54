import { EspalierError } from '@espalier/core';

/** The parts of a tensor that a copy would keep: enough to look like one and to hold nothing. */
function isTensor(value: object): boolean {
  return 'dataId' in value && 'shape' in value && 'dtype' in value;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/**
 * The buffers that can be moved instead of copied: those of arrays that cover them whole.
 *
 * @param what Whose value it is, for the message.
 * @throws EspalierError `invalid-data` for a tensor: a copy of it would be an empty shell.
 */
export function buffersIn(value: unknown, what: string): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  const seen = new Set<object>();
  const visit = (part: unknown, path: string): void => {
    if (typeof part !== 'object' || part === null || seen.has(part)) return;
    seen.add(part);
    if (part instanceof ArrayBuffer) buffers.add(part);
    else if (ArrayBuffer.isView(part)) {
      const { buffer, byteLength } = part;
      if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffers.add(buffer);
    } else if (isTensor(part)) {
      throw new EspalierError({
        code: 'invalid-data',
        scope: 'workers',
        message: `${what} holds a tensor${path && ` at ${path.slice(1)}`}, which stays in its thread; send its numbers: await tensor.data().`,
      });
    } else if (part instanceof Map) {
      for (const [key, entry] of part) visit(entry, `${path}.${String(key)}`);
    } else if (Array.isArray(part) || part instanceof Set) {
      [...part].forEach((entry, i) => visit(entry, `${path}.${i}`));
    } else if (isPlain(part)) {
      for (const [key, entry] of Object.entries(part)) visit(entry, `${path}.${key}`);
    }
  };
  visit(value, '');
  return [...buffers];
}

/** The standard error for a value that `postMessage` refused. */
export function notSendable(what: string, cause: unknown): EspalierError {
  return new EspalierError({
    code: 'invalid-data',
    scope: 'workers',
    message: `${what} cannot be sent to the other thread (${cause instanceof Error ? cause.message : String(cause)}); give plain values and typed arrays, no functions.`,
    cause,
  });
}
