/** A text with one line for each epoch. */
export interface EpochLog {
  /**
   * Sets the whole log to a header and lines: nothing stays of what it was.
   *
   * @param header First line; empty where there is none.
   * @throws EspalierError `invalid-option` where `resumes` and the log at hand has another header.
   */
  replace(header: string, lines: readonly string[], resumes: boolean): Promise<void>;
  /** Adds a line and brings it to the disk. */
  append(line: string): Promise<void>;
}

/** A log's text. */
export function textOf(header: string, lines: readonly string[]): string {
  return [...(header === '' ? [] : [header]), ...lines].map((line) => `${line}\n`).join('');
}

/** The header that a text has in place of `header`; `undefined` where it is that one, or torn. */
export function otherHeader(text: string, header: string): string | undefined {
  if (header === '' || !text.includes('\n') || text.startsWith(`${header}\n`)) return undefined;
  return text.slice(0, text.indexOf('\n'));
}
