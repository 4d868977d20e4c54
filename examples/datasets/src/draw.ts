const SHADES = ' .:-=+*#%@';

/** Grey images side by side as text, two columns of a row per character. */
export function draw(images: readonly Uint8Array[], size = 28): string {
  const lines: string[] = [];
  for (let row = 0; row < size; row += 2) {
    const parts = images.map((image) =>
      Array.from({ length: size }, (_, column) => {
        const grey = (image[row * size + column]! + image[(row + 1) * size + column]!) / 2;
        return SHADES[Math.min(SHADES.length - 1, Math.floor((grey / 256) * SHADES.length))];
      }).join(''),
    );
    lines.push(parts.join(' '));
  }
  return lines.join('\n');
}
