import { counted, signed } from './claims.js';
import type { Lab } from './lab.js';
import { machine } from './machine.js';
import { markdownTable } from './markdown.js';
import type { PeerTime } from './peer-times.js';
import {
  type Cell,
  cellsOf,
  fixed,
  meanText,
  tableTexts,
  type TextTable,
  type Verdict,
} from './result-table.js';
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

/** What came out, in sentences: how many conclusions hold, and how many published figures a further run could have given. */
export function inShort({ claims, tables }: Pick<Lab, 'claims' | 'tables'>): string[] {
  const having = (verdict: string) => claims.filter((claim) => claim.verdict === verdict).length;
  const verdicts = tables.flatMap(({ columns, rows }) =>
    rows.filter((row) => row.earlier ?? row.runs.length > 0).flatMap((row) => cellsOf(row, columns)),
  );
  const figures = (...which: Verdict[]) => verdicts.filter(({ verdict }) => which.includes(verdict)).length;
  const [within, outside, rest] = [
    figures('within the spread'),
    figures('outside the spread'),
    figures('one run', 'not a number'),
  ];
  const sentences = [];
  if (claims.length > 0)
    sentences.push(
      `Of ${counted(claims.length, 'conclusion')}, ${having('holds')} ${having('holds') === 1 ? 'holds' : 'hold'} here, ` +
        `${having('does not hold')} ${having('does not hold') === 1 ? 'does' : 'do'} not, and ${having('not decided by these runs')} cannot be told from these runs.`,
    );
  if (within + outside > 0)
    sentences.push(
      `Of ${counted(within + outside, 'published figure')} that more than one run measured, ${within} could have come from a further run here, ${outside} could not.`,
    );
  if (rest > 0)
    sentences.push(
      `${counted(rest, 'published figure')} cannot be judged, for one run measured ${rest === 1 ? 'it' : 'each'} or a run diverged.`,
    );
  return sentences;
}

/** RESULTS.md: what was found first, then the figures, at last how they were made. `pictures` are the files written for each picture, `notes` what was found out by hand. */
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
  const { title, about } = description;
  const parts = [
    `# ${title}`,
    about,
    lab.madeUp || lab.quick
      ? `**This is the quick form${lab.madeUp ? ', partly on made-up data' : ''}: its figures mean nothing.**`
      : '',
    conclusions(lab),
    notes.trim(),
    gaps(lab),
    ...lab.tables.map((table) => section({ ...table, ...tableTexts(table) })),
    ...lab.textTables.map(section),
    peerSection(peers),
    made(lab, description, kept),
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

const VERDICTS = {
  holds: 'Holds',
  'does not hold': 'Does not hold',
  'not decided by these runs': 'Not decided',
} as const;

function conclusions(lab: Lab): string {
  const found = inShort(lab).join(' ');
  const lines = lab.claims.map(
    ({ text, verdict, evidence }) => `- **${VERDICTS[verdict]}.** ${text}: ${evidence}.`,
  );
  const how =
    'Differences are means over runs of the same seed with their 95 % confidence intervals. A conclusion holds where each of its ' +
    'intervals lies above what it claims, and does not where one lies below still when all are widened to hold at once with 95 % confidence.';
  return [
    '## What of its conclusions holds',
    found,
    lines.join('\n').replace(/\.\.$/gm, '.'),
    lines.length > 0 ? how : '',
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function gaps(lab: Lab): string {
  const missed = notReached(lab);
  const rows = missed.map(({ table, row, cell, digits }) => [
    `${table}: ${row}`,
    cell.column,
    cell.published!,
    meanText(cell, digits),
    signed(cell.gap!, digits),
  ]);
  const stars =
    'Tables show the mean ± standard deviation over the seeds, and how many there are; all seeds have the same split of the data. A star ' +
    'marks a published figure outside of where one further run would be expected (95 %), its rounding allowed for, so that one in twenty ' +
    'gets one by chance; with one run nothing is marked.';
  const what =
    rows.length === 0
      ? 'None of the published figures that can be judged.'
      : markdownTable(['row', 'figure', 'published', 'measured', 'measured - published'], rows);
  return `## What is not reached\n\n${what}\n\n${stars}`;
}

function made(lab: Lab, { name }: StudyDescription, kept: readonly string[]): string {
  const executors = [...new Set(lab.runs.map(({ executor }) => executor))].join(', ');
  const minutes = lab.runs.reduce((sum, run) => sum + run.seconds, 0) / 60;
  const runs =
    lab.runs.length === 0
      ? 'None of them is kept here'
      : `Here are ${counted(lab.runs.length, 'run')}: ${fixed(minutes, 1)} minutes of training, ${executors}`;
  return [
    '## How it was made',
    `\`npm run ${name} -- --seeds ${lab.options.seeds.length}\` makes all runs. ${runs}; ${machine()}. Kept runs may have been trained ` +
      'by an earlier state of the packages, and seconds are by the clock, while other work ran on the machine.',
    kept.length > 0 ? `Of earlier results, as they were: ${kept.join('; ')}.` : '',
  ]
    .filter((part) => part !== '')
    .join('\n\n');
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
