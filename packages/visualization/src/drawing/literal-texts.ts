/** A character that no text of a chart has: `cleanText` takes it away. */
const MARK = '\ufdd0';

/**
 * Marks the texts that Vega takes for names of its own since every object has properties of these names: `constructor`,
 * `toString` and the like. Field names stay.
 *
 * @param value - plain JSON, changed in place
 */
export function markTexts(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  const parts = value as Record<string, unknown>;
  for (const [name, part] of Object.entries(parts)) {
    if (typeof part !== 'string') markTexts(part);
    else if (name !== 'field' && part in Object.prototype) parts[name] = part + MARK;
  }
}

/** The text without marks. */
export function unmarked(text: string): string {
  return text.replaceAll(MARK, '');
}
