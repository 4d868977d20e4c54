/**
 * A 64-bit hash, not a cryptographic one: two 32-bit lanes that see each word in a different way. Every step is a bijection
 * of the first lane, so that a change of one word alone is never missed.
 *
 * @see MurmurHash3 (Appleby), whose mixing steps are used.
 */
export class Hash {
  #a = 0x9e3779b9;
  #b = 0x243f6a88;
  #length = 0;

  bytes(bytes: Uint8Array): void {
    const words = bytes.length >>> 2;
    for (let i = 0; i < 4 * words; i += 4) {
      this.#word(bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24));
    }
    for (let i = 4 * words; i < bytes.length; i++) this.#word(bytes[i]!);
    this.#word(bytes.length);
  }

  text(text: string): void {
    for (let i = 0; i < text.length; i++) this.#word(text.charCodeAt(i));
    this.#word(text.length);
  }

  /** 16 hexadecimal digits. */
  digest(): string {
    const hex = (value: number): string => (value >>> 0).toString(16).padStart(8, '0');
    const a = mix(this.#a ^ this.#length);
    return hex(a) + hex(mix(this.#b + a));
  }

  #word(word: number): void {
    this.#length++;
    this.#a = Math.imul(rotate(this.#a ^ Math.imul(word, 0xcc9e2d51), 15), 0x1b873593) + 0xe6546b64;
    this.#b = Math.imul(rotate(this.#b + Math.imul(word, 0x85ebca6b), 13), 5) ^ this.#a;
  }
}

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

function mix(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}
