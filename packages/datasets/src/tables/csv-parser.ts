import { invalidData } from '../invalid-data.js';

/** One row of a CSV file. */
export interface CsvRow {
  readonly cells: readonly string[];
  /** Number of the line that it begins in, from 1. */
  readonly line: number;
}

/** No cell needs more characters: a quote that is never closed would take in the whole file. */
const MOST_CHARACTERS = 2 ** 20;

const [QUOTE, RETURN, NEWLINE] = [34, 13, 10];

/**
 * Cuts text into rows and cells as it comes, by RFC 4180: cells in double quotes may hold separators, line ends, and quotes
 * written twice; lines end with `\n`, `\r\n` or `\r`. Empty lines are passed over.
 *
 * @throws EspalierError `invalid-data` with line and column, from {@link CsvParser.push} and {@link CsvParser.end}.
 */
export class CsvParser {
  readonly #scope: string;
  readonly #separator: number;
  readonly #comment: number | undefined;
  #rows: CsvRow[] = [];
  #cells: string[] = [];
  /** What was read of the cell. */
  #cell = '';
  #quoted = false;
  /** After a quote within quotes: another one means a quote, anything else that the cell has ended. */
  #closing = false;
  #wasQuoted = false;
  #afterReturn = false;
  #inComment = false;
  #line = 1;
  #rowLine = 1;
  #cellLine = 1;

  /**
   * @param separator One character.
   * @param comment One character: lines that begin with it are passed over.
   */
  constructor(scope: string, separator: string, comment?: string) {
    this.#scope = scope;
    this.#separator = separator.charCodeAt(0);
    this.#comment = comment?.charCodeAt(0);
  }

  /** The rows that are whole after this piece of text. */
  push(text: string): CsvRow[] {
    let from = 0;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (this.#inComment) {
        from = i + 1;
        if (code !== NEWLINE && code !== RETURN) continue;
        this.#inComment = false;
        from = i;
      }
      if (this.#quoted && !this.#closing) {
        if (code === QUOTE) {
          this.#add(text, from, i);
          this.#closing = true;
        } else if (code === NEWLINE || (code === RETURN && text.charCodeAt(i + 1) !== NEWLINE)) this.#line++;
        continue;
      }
      if (this.#closing) {
        this.#closing = false;
        from = i;
        if (code === QUOTE) continue;
        this.#quoted = false;
        if (code !== this.#separator && code !== NEWLINE && code !== RETURN) {
          this.#fail(`has '${text[i]}' after its closing quote; write quotes within quotes twice`);
        }
      }
      if (code === this.#separator) {
        this.#add(text, from, i);
        this.#endCell();
      } else if (code === NEWLINE || code === RETURN) {
        if (code === NEWLINE && this.#afterReturn && i === from && this.#isAtStart()) {
          this.#afterReturn = false;
          from = i + 1;
          continue;
        }
        this.#add(text, from, i);
        this.#endRow();
        this.#afterReturn = code === RETURN;
      } else if (code === QUOTE) {
        if (i !== from || this.#cell !== '')
          this.#fail('has a quote in its middle; put the whole cell in quotes');
        this.#quoted = true;
        this.#wasQuoted = true;
        this.#cellLine = this.#line;
      } else if (code === this.#comment && i === from && this.#isAtStart()) {
        this.#inComment = true;
        this.#afterReturn = false;
      } else {
        this.#afterReturn = false;
        continue;
      }
      from = i + 1;
    }
    if (!this.#closing) this.#add(text, from, text.length);
    return this.#taken();
  }

  /** The last row, where the text does not end with a line's end. */
  end(): CsvRow[] {
    if (this.#quoted && !this.#closing) {
      this.#line = this.#cellLine;
      this.#fail('opens a quote that is never closed');
    }
    if (!this.#isAtStart()) this.#endRow();
    return this.#taken();
  }

  #taken(): CsvRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  #isAtStart(): boolean {
    return this.#cells.length === 0 && this.#cell === '' && !this.#wasQuoted;
  }

  #add(text: string, from: number, to: number): void {
    this.#cell += text.slice(from, to);
    if (this.#cell.length > MOST_CHARACTERS) {
      this.#line = this.#cellLine;
      this.#fail(
        `has more than ${MOST_CHARACTERS} characters; is a quote not closed, or the separator another?`,
      );
    }
  }

  #endCell(): void {
    this.#cells.push(this.#cell);
    this.#cell = '';
    this.#quoted = this.#closing = this.#wasQuoted = false;
    this.#cellLine = this.#line;
  }

  #endRow(): void {
    if (!this.#isAtStart()) {
      this.#endCell();
      this.#rows.push({ cells: this.#cells, line: this.#rowLine });
      this.#cells = [];
    }
    this.#line++;
    this.#rowLine = this.#cellLine = this.#line;
  }

  #fail(problem: string): never {
    return invalidData(this.#scope, `line ${this.#line}, column ${this.#cells.length + 1} ${problem}.`);
  }
}
