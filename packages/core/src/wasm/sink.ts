/** Bytes of code, nested at will. */
export type Code = readonly (number | Code)[];

/** Bytes being written, one after the other. */
export class Sink {
  #bytes = new Uint8Array(4096);
  #length = 0;

  /** Takes code in, however deep it is nested. */
  write(code: Code): void {
    for (let i = 0; i < code.length; i++) {
      const item = code[i]!;
      if (typeof item === 'number') this.#byte(item);
      else this.write(item);
    }
  }

  append(other: Sink): void {
    this.#reserve(other.#length);
    this.#bytes.set(other.#bytes.subarray(0, other.#length), this.#length);
    this.#length += other.#length;
  }

  get length(): number {
    return this.#length;
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  #byte(byte: number): void {
    if (this.#length === this.#bytes.length) this.#reserve(1);
    this.#bytes[this.#length++] = byte;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(2 * Math.max(this.#bytes.length, this.#length + more));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}
