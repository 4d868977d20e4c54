import type { Lab } from './lab.js';
import { machine } from './machine.js';
import { markdownTable } from './markdown.js';
import type { PeerTime } from './peer-times.js';
import { type Cell, cellsOf, fixed, meanText, tableTexts, type TextTable } from './result-table.js';
import type { StudyDescription } from './study-description.js';

/** A figure that was published and is not within the spread of the measured ones. */
export interface NotReached {
  readonly table: string;
  readonly row: string;
  readonly cell: Cell;
  readonly digits: number;
}

/** The figures that the runs do not explain. */
export function notReached({ tables }: Pick<Lab, 'tables'>): NotReached[] {
  return tables.flatMap(({ title, columns, rows }) =>
    rows.flatMap((row) =>
      cellsOf(row, columns).flatMap((cell, i) =>
        cell.verdict === 'outside the spread'
          ? [{ table: title, row: row.name, cell, digits: columns[i]!.digits ?? 2 }]
          : [],
      ),
    ),
  );
}

/** RESULTS.md. `pictures` are the files written for each picture, `notes` what was found out by hand. */
export function resultsPage(
  lab: Lab,
  description: StudyDescription,
  {
    pictures,
    notes,
    peers,
    kept = [],
  }: {
    readonly pictures: readonly { readonly caption: string; readonly files: readonly string[] }[];
    readonly notes: string;
    readonly peers: readonly PeerTime[];
    /** What is of earlier results. */
    readonly kept?: readonly string[];
  },
): string {
  const { name, title, about } = description;
  const executors = [...new Set(lab.runs.map(({ executor }) => executor))].join(', ');
  const seconds = lab.runs.reduce((sum, run) => sum + run.seconds, 0);
  const parts = [
    `# ${title}`,
    about,
    lab.madeUp || lab.quick
      ? `**This is the quick form${lab.madeUp ? ', partly on made-up data' : ''}: its figures mean nothing.**`
      : '',
    `\`npm run ${name} -- --seeds ${lab.options.seeds.length}\` makes them all; here are the ${lab.runs.length} runs kept so far, ` +
      `${fixed(seconds / 60, 1)} minutes of training in all, ${executors}; ${machine()}. The column of runs tells how many seeds a row has. ` +
      'Kept runs may have been trained by an earlier state of the packages, and wall times were taken while other work ran on the machine.',
    kept.length > 0 ? `Of earlier results, as they were: ${kept.join('; ')}.` : '',
    'Measured figures are the mean ± standard deviation over the seeds. A star marks a published figure that lies outside of ' +
      'where a further run would be expected (95 %); with one run nothing is marked.',
    ...lab.tables.map((table) => section({ ...table, ...tableTexts(table) })),
    ...lab.textTables.map(section),
    conclusions(lab),
    gaps(lab),
    notes.trim(),
    peerSection(peers),
    pictures.length > 0 ? '## Pictures' : '',
    ...pictures.map(
      ({ caption, files }) =>
        `${files.map((file) => `![${caption}](pictures/${file})`).join('\n')}\n\n${caption}`,
    ),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function section({ title, text = '', columns, rows }: TextTable): string {
  return [`## ${title}`, text, markdownTable(columns, rows)].filter((part) => part !== '').join('\n\n');
}

function conclusions({ claims }: Lab): string {
  if (claims.length === 0) return '';
  const rows = claims.map(({ text, verdict, evidence }) => [text, verdict, evidence]);
  return `## What of its conclusions holds\n\nDifferences are means over runs of the same seed, with their 95 % confidence intervals.\n\n${markdownTable(['conclusion', 'here', 'measured'], rows)}`;
}

function gaps(lab: Lab): string {
  const missed = notReached(lab);
  if (missed.length === 0) return `## What is not reached\n\n${allReached(lab)}`;
  const rows = missed.map(({ table, row, cell, digits }) => [
    `${table}: ${row}`,
    cell.column,
    String(cell.published),
    meanText(cell, digits),
    `${cell.gap! > 0 ? '+' : ''}${fixed(cell.gap!, digits)}`,
  ]);
  return `## What is not reached\n\n${markdownTable(['row', 'figure', 'published', 'measured', 'measured - published'], rows)}`;
}

function allReached({ tables }: Lab): string {
  const verdicts = tables.flatMap(({ columns, rows }) =>
    rows.flatMap((row) => cellsOf(row, columns).map(({ verdict }) => verdict)),
  );
  const judged = verdicts.filter((verdict) => verdict === 'within the spread').length;
  return judged === 0
    ? 'No published figure was measured by more than one run, so that none can be judged.'
    : `Each of the ${judged} published figures that more than one run measured lies within their spread.`;
}

function peerSection(peers: readonly PeerTime[]): string {
  if (peers.length === 0) return '';
  const rows = peers.map(({ work, espalierSeconds, pytorchSeconds, pytorch, figures = '' }) => [
    work,
    fixed(espalierSeconds, 1),
    `${fixed(pytorchSeconds, 1)} (${pytorch})`,
    `${fixed(pytorchSeconds / espalierSeconds, 1)} x`,
    figures,
  ]);
  return `## Beside PyTorch\n\nThe same work on the same machine, one after the other, once each, one thread; other work ran beside both, so the ratio is rough. Where a row says CPU, seconds are those of the processor.\n\n${markdownTable(['work', 'Espalier, s', 'PyTorch, s', 'ratio', 'figures of both'], rows)}`;
}
