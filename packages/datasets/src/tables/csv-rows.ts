import { describe } from '@espalier/core/internal';
import { invalidData } from '../invalid-data.js';
import type { CsvRow } from './csv-parser.js';
import { CsvParser } from './csv-parser.js';

/** Text, or bytes in UTF-8, whole or in pieces: `createReadStream(path)` in Node, `response.body` in a browser. */
export type CsvSource = string | Uint8Array | AsyncIterable<string | Uint8Array> | ReadableStream<Uint8Array>;

/** Characters that mean something. */
export interface CsvSyntax {
  /** Between cells. Default a comma, where no other looks meant. */
  readonly separator?: string | undefined;
  /** At the beginning of lines that are passed over. */
  readonly comment?: string | undefined;
}

/**
 * The rows of a CSV file as they come, without the header's treatment.
 *
 * @throws EspalierError `invalid-data` with line and column, for bytes that are not UTF-8, and where nobody named the separator and the
 *   first row is one cell with another that is common.
 */
export async function* csvRows(
  source: CsvSource,
  { separator, comment }: CsvSyntax,
  scope: string,
): AsyncGenerator<CsvRow, void, undefined> {
  const parser = new CsvParser(scope, separator ?? ',', comment);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let bytes = 0;
  let first = true;
  let unchecked = separator === undefined;
  const checked = function* (rows: Iterable<CsvRow>): Generator<CsvRow> {
    for (const row of rows) {
      if (unchecked) checkSeparator(row, scope);
      unchecked = false;
      yield row;
    }
  };
  const decode = (piece: string | Uint8Array | undefined): string => {
    if (typeof piece === 'string') return piece;
    try {
      return piece ? decoder.decode(piece, { stream: true }) : decoder.decode();
    } catch (cause) {
      return invalidData(scope, `the file is not UTF-8 near byte ${bytes}; save it as UTF-8.`, cause);
    } finally {
      bytes += piece?.length ?? 0;
    }
  };
  for await (const piece of piecesOf(source, scope)) {
    let text = decode(piece);
    // The decoder takes a byte order mark away; text may have kept it.
    if (first && text.startsWith('\uFEFF')) text = text.slice(1);
    first &&= text === '';
    yield* checked(parser.push(text));
  }
  yield* checked(parser.push(decode(undefined)));
  yield* checked(parser.end());
}

/** Refuses one cell that looks like several. */
function checkSeparator({ cells, line }: CsvRow, scope: string): void {
  const [other] = cells.length === 1 ? (/[;\t|]/.exec(cells[0]!) ?? []) : [];
  if (other === undefined) return;
  invalidData(
    scope,
    `line ${line} is one cell, ${describe(cells[0])}; pass separator: ${other === '\t' ? "'\\t'" : `'${other}'`} ` +
      "where that stands between cells, separator: ',' where it is part of one.",
  );
}

function piecesOf(
  source: CsvSource,
  scope: string,
): Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array> {
  if (typeof source === 'string' || source instanceof Uint8Array) return [source];
  if (typeof source === 'object' && source !== null) {
    if (Symbol.asyncIterator in source) return source as AsyncIterable<string | Uint8Array>;
    if ('getReader' in source) return readerOf(source);
  }
  return invalidData(scope, `source must be text, bytes or a stream of them, got ${describe(source)}.`);
}

// Not every browser lets a ReadableStream be iterated.
async function* readerOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
