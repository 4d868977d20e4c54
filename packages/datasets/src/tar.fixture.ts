/** A tar archive of files by path. */
export function tarOf(files: Readonly<Record<string, string | Uint8Array>>): Uint8Array {
  const parts = Object.entries(files).map(([path, content]) => {
    const data = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    const block = new Uint8Array(512 + 512 * Math.ceil(data.length / 512));
    const put = (text: string, at: number): void => block.set(new TextEncoder().encode(text), at);
    put(path, 0);
    put('0000644\0', 100);
    put(data.length.toString(8).padStart(11, '0'), 124);
    put('0ustar\u000000', 156);
    put('        ', 148);
    const sum = block.subarray(0, 512).reduce((total, byte) => total + byte, 0);
    put(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    block.set(data, 512);
    return block;
  });
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 1024));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
