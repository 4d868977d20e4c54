/**
 * Text that any XML or HTML parser accepts and that changes nothing around it: control characters, those that turn the direction of
 * what follows, and halves of surrogate pairs become U+FFFD, and line breaks and tabs become spaces. Escaping is left to whoever
 * writes the markup.
 */
export function cleanText(text: string): string {
  return text
    .replace(/[\t\n\r\u2028\u2029]+/g, ' ')
    .replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]/g, '\ufffd')
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
}

/** `text` for HTML content and quoted attributes: cleaned, and with `& < > " '` as entities. */
export function escapeHtml(text: string): string {
  return cleanText(text)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;');
}

/**
 * A number for people: whole numbers as they are, others with `digits` decimals or, without `digits`, four
 * significant digits, from 10,000 on all before the point. The same on every machine, whatever its locale.
 *
 * @param value - any number; NaN and infinities are spelt out
 * @param digits - decimals, 0 to 20
 */
export function formatNumber(value: number, digits?: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '\u221e' : '\u2212\u221e';
  const magnitude = Math.abs(value);
  const text =
    digits !== undefined && magnitude < 1e21
      ? magnitude.toFixed(digits)
      : Number.isInteger(magnitude) && magnitude < 1e15
        ? String(magnitude)
        : magnitude >= 1e4 && magnitude < 1e15
          ? String(Math.round(magnitude))
          : String(Number(magnitude.toPrecision(4)));
  return value < 0 && Number(text) !== 0 ? `\u2212${text}` : text;
}

/** Decimals that tell the ends of a range apart which four significant digits do not; `undefined` where those do. */
export function digitsApart(ends: readonly [number, number] | undefined): number | undefined {
  const [low, high] = ends ?? [0, 0];
  const span = high - low;
  if (!(span > 0) || span > 1e-3 * Math.max(Math.abs(low), Math.abs(high))) return undefined;
  return Math.min(20, Math.max(0, Math.ceil(2 - Math.log10(span))));
}

/** `count` and the noun, in the plural unless there is one: `1 point`, `3 points`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
