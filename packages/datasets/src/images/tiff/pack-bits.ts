/** Unpacks PackBits (TIFF 6.0, section 9), up to `size` bytes; fewer where the data end. */
export function unpackBits(packed: Uint8Array, size: number): Uint8Array {
  const data = new Uint8Array(size);
  let [at, to] = [0, 0];
  while (to < size && at < packed.length) {
    const head = packed[at++]!;
    if (head < 128) {
      const piece = packed.subarray(at, at + Math.min(head + 1, size - to));
      data.set(piece, to);
      at += head + 1;
      to += piece.length;
    } else if (head > 128 && at < packed.length) {
      data.fill(packed[at++]!, to, Math.min(size, to + 257 - head));
      to += 257 - head;
    }
  }
  return data.subarray(0, Math.min(size, to));
}
