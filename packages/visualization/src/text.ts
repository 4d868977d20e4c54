/**
 * Text that any XML or HTML parser accepts: control characters and halves of surrogate pairs become U+FFFD, and
 * line breaks and tabs become spaces. Escaping is left to whoever writes the markup.
 */
export function cleanText(text: string): string {
  return text
    .replace(/[\t\n\r\u2028\u2029]+/g, ' ')
    .replace(/[\u0000-\u001f\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff]/g, '\ufffd')
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
 * significant digits. The same on every machine, whatever its locale.
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
        : String(Number(magnitude.toPrecision(4)));
  return value < 0 && Number(text) !== 0 ? `\u2212${text}` : text;
}

/** `count` and the noun, in the plural unless there is one: `1 point`, `3 points`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
