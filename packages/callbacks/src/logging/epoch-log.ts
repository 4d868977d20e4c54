/** How one kind of log is written and read back. */
export interface EpochFormat {
  /** First line, without the line end; empty where there is none. */
  readonly header: string;
  /** The epoch of a line; NaN where it is no whole line. */
  epochOf(line: string): number;
}

/** A text with one line for each epoch. */
export interface EpochLog {
  /** Empties the log, up to its header. */
  startAnew(format: EpochFormat): Promise<void>;
  /**
   * Keeps the lines of the epochs before `epoch`: what is torn, or was written after the checkpoint that the run goes on
   * from, goes.
   *
   * @throws EspalierError `invalid-option` where the log has another header.
   */
  goOn(format: EpochFormat, epoch: number): Promise<void>;
  /** Adds a line and brings it to the disk. */
  append(line: string): Promise<void>;
}

/** The header as it stands in the log. */
export function headerLine({ header }: EpochFormat): string {
  return header === '' ? '' : `${header}\n`;
}

/** The part of a log's text that a run goes on with, or the other header that it has. */
export function keptText(
  text: string,
  format: EpochFormat,
  epoch: number,
): { kept: string } | { header: string } {
  const header = headerLine(format);
  if (!text.startsWith(header)) {
    return text.includes('\n') ? { header: text.slice(0, text.indexOf('\n')) } : { kept: header };
  }
  let end = header.length;
  for (let next = text.indexOf('\n', end); next >= 0; next = text.indexOf('\n', end)) {
    if (!(format.epochOf(text.slice(end, next)) < epoch)) break;
    end = next + 1;
  }
  return { kept: text.slice(0, end) };
}
