import type { Column, Outcome } from './op-column.js';

/** Outcomes by column and operation, and the operations in the order of the page. */
export interface OpTable {
  readonly groups: Readonly<Record<string, readonly string[]>>;
  readonly columns: Readonly<Record<string, Column>>;
}

const START = '<!-- operations: start -->';
const END = '<!-- operations: end -->';

/** Kept short: a page has room for many columns. */
const MARKS: Readonly<Record<Outcome, string>> = {
  right: '✓',
  wrong: '**wrong**',
  'wrong gradient': '**wrong gradient**',
  'no gradient': 'no gradient',
  'no kernel': 'no kernel',
};

const cells = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

/** The columns of the tables between the marks of a page. */
export function readTable(page: string): Record<string, Record<string, Outcome>> {
  const outcomes = Object.fromEntries(Object.entries(MARKS).map(([outcome, mark]) => [mark, outcome]));
  const columns: Record<string, Record<string, Outcome>> = {};
  let names: string[] = [];
  for (const line of between(page)
    .split('\n')
    .filter((text) => text.startsWith('|'))) {
    const [first, ...rest] = cells(line);
    if (first === 'operation') names = rest;
    else if (!/^-+$/.test(first!))
      rest.forEach((mark, i) => {
        const outcome = outcomes[mark] as Outcome | undefined;
        if (outcome) (columns[names[i]!] ??= {})[first!] = outcome;
      });
  }
  return columns;
}

/** The page with new tables between its marks. */
export function writeTable(page: string, { groups, columns }: OpTable): string {
  const names = Object.keys(columns);
  const row = (texts: readonly string[], widths: readonly number[]): string =>
    `| ${texts.map((text, i) => text.padEnd(widths[i]!)).join(' | ')} |`;
  const tables = Object.entries(groups).map(([title, operations]) => {
    const rows = [
      ['operation', ...names],
      ...operations.map((operation) => [
        operation,
        ...names.map((name) => {
          const outcome = columns[name]![operation];
          return outcome ? MARKS[outcome] : '';
        }),
      ]),
    ];
    const widths = rows[0]!.map((_, i) => Math.max(...rows.map((texts) => texts[i]!.length)));
    const [head, ...body] = rows.map((texts) => row(texts, widths));
    const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
    return [`### ${title}`, '', head, rule, ...body].join('\n');
  });
  const [head, tail] = [page.slice(0, page.indexOf(START)), page.slice(page.indexOf(END))];
  return `${head}${START}\n\n${tables.join('\n\n')}\n\n${tail}`;
}

function between(page: string): string {
  return page.slice(page.indexOf(START) + START.length, page.indexOf(END));
}
