/** One line of a terminal, each text in place of the one before. */
export interface StatusLine {
  write(text: string): void;
  clear(): void;
}

/** `undefined` where the stream is no terminal: a file would keep every text. */
export function statusLine(
  stream: Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'write'>,
): StatusLine | undefined {
  if (!stream.isTTY) return undefined;
  const show = (text: string) => void stream.write(`\r${text}\u001b[K`);
  return {
    // A line that fills the last column would wrap on some terminals.
    write: (text) => show(text.trimEnd().slice(0, (stream.columns || 80) - 1)),
    clear: () => show(''),
  };
}
