import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { htmlReport, toPng, toSvg, writeReport } from 'espalier';
import type { Lab } from './lab.js';
import {
  claimWithEarlier,
  type EarlierResults,
  type PictureFiles,
  readEarlier,
  withEarlier,
} from './earlier-results.js';
import { machine } from './machine.js';
import { readPeerTimes } from './peer-times.js';
import { cellsOf, tableTexts } from './result-table.js';
import { inShort, notReached, resultsPage } from './results-page.js';
import type { StudyDescription } from './study-description.js';

/** Pictures as SVG up to this size; above it as PNG, which does not grow with what is drawn. */
const LARGEST_SVG = 60_000;

/** Writes RESULTS.md, results.json, report.html and the pictures. Returns the path of the report. */
export async function writeResults(lab: Lab, description: StudyDescription): Promise<string> {
  const { out } = lab.options;
  const earlier =
    lab.options.earlier === undefined ? undefined : await readEarlier(lab.options.earlier, description.name);
  const kept = earlier && (await takeOver(lab, earlier));
  await rm(join(out, 'pictures'), { recursive: true, force: true });
  await mkdir(join(out, 'pictures'), { recursive: true });
  const pictures: PictureFiles[] = [];
  for (const { file, caption, charts } of lab.pictures) {
    const files = [];
    for (const [i, chart] of charts.entries()) {
      const base = charts.length > 1 ? `${file}-${i + 1}` : file;
      files.push(await writePicture(join(out, 'pictures'), base, chart));
    }
    pictures.push({ caption, files });
  }
  for (const { caption, contents } of kept?.pictures ?? []) {
    for (const [file, bytes] of contents) await writeFile(join(out, 'pictures', file), bytes);
    pictures.push({ caption, files: contents.map(([file]) => file) });
  }
  const notes = await readFile(new URL('../notes.md', description.program), 'utf8').catch(() => '');
  const peers = await readPeerTimes(new URL('../peer-times.json', description.program));
  await writeFile(
    join(out, 'RESULTS.md'),
    resultsPage(lab, description, { pictures, notes, peers, kept: kept?.names ?? [] }),
  );
  await writeFile(join(out, 'results.json'), `${JSON.stringify(resultsJson(lab, description), null, 1)}\n`);
  return writeReport(join(out, 'report.html'), await page(lab, description));
}

/**
 * Puts earlier figures and conclusions in place of what was not made now; tables that neither has go.
 *
 * @returns What it took, by name, and the pictures.
 */
async function takeOver(lab: Lab, earlier: EarlierResults) {
  const tables = lab.tables
    .map((table) => withEarlier(table, earlier))
    .filter(
      ({ title, rows }) =>
        earlier.tables.some(({ table }) => table === title) ||
        rows.some((row) => row.earlier ?? row.runs.length > 0),
    );
  lab.tables.splice(0, Infinity, ...tables);
  const rows = tables.flatMap((table) => {
    const taken = table.rows.filter((row) => row.earlier).map(({ name }) => name);
    if (taken.length === 0) return [];
    return [`${taken.length < table.rows.length ? `${taken.join(', ')} of ` : ''}"${table.title}"`];
  });
  const claims = lab.claims.map((claim) => claimWithEarlier(claim, earlier));
  const concluded = claims.filter((claim, i) => claim !== lab.claims[i]).map(({ text }) => `"${text}"`);
  lab.claims.splice(0, Infinity, ...claims);
  const made = new Set(lab.textTables.map(({ title }) => title));
  const texts = earlier.texts.filter(({ title }) => !made.has(title));
  lab.textTables.push(...texts);
  const drawn = new Set(lab.pictures.map(({ caption }) => caption));
  const pictures = earlier.pictures.filter(({ caption }) => !drawn.has(caption));
  const names = [...rows, ...texts.map(({ title }) => `"${title}"`)];
  if (concluded.length > 0) names.push(`conclusions ${concluded.join(', ')}`);
  if (pictures.length > 0) names.push(`pictures ${pictures.map(({ caption }) => `"${caption}"`).join(', ')}`);
  return {
    names,
    pictures: await Promise.all(
      pictures.map(async ({ caption, files }) => ({
        caption,
        contents: await Promise.all(
          files.map(async (file) => [file, await readFile(join(earlier.folder, 'pictures', file))] as const),
        ),
      })),
    ),
  };
}

async function writePicture(
  folder: string,
  base: string,
  chart: Parameters<typeof toSvg>[0],
): Promise<string> {
  const svg = await toSvg(chart);
  const isSmall = svg.length <= LARGEST_SVG;
  const file = `${base}.${isSmall ? 'svg' : 'png'}`;
  await writeFile(join(folder, file), isSmall ? svg : await toPng(chart, { scale: 1 }));
  return file;
}

function resultsJson(lab: Lab, { name, title }: StudyDescription) {
  return {
    study: name,
    title,
    quick: lab.quick,
    madeUpData: lab.madeUp,
    seeds: lab.options.seeds,
    machine: machine(),
    tables: lab.tables.map(({ title: table, columns, rows }) => ({
      table,
      rows: rows.map((row) => ({
        row: row.name,
        figures: cellsOf(row, columns),
        runs:
          row.earlier?.runs ??
          row.runs.map((run) => ({
            seed: run.seed,
            seconds: run.seconds,
            epochs: run.epochs.length,
            values: Object.fromEntries(
              columns.map(({ label, of }, i) => [label, (row.figures?.[i] ?? of)(run)]),
            ),
          })),
      })),
    })),
    texts: lab.textTables,
    claims: lab.claims,
    notReached: notReached(lab).map(({ table, row, cell }) => ({ table, row, figure: cell.column })),
  };
}

function page(lab: Lab, { title, about }: StudyDescription): Promise<string> {
  const claims = lab.claims.map(({ text, verdict, evidence }) => [text, verdict, evidence]);
  return htmlReport({
    title,
    subtitle: lab.quick
      ? 'The quick form: its figures mean nothing.'
      : `Seeds ${lab.options.seeds.join(', ')}`,
    findings: inShort(lab),
    sections: [
      { title: 'The study', text: about },
      ...(claims.length > 0
        ? [
            {
              title: 'What of its conclusions holds',
              table: { columns: ['conclusion', 'here', 'measured'], rows: claims },
            },
          ]
        : []),
      ...lab.tables.map((table) => ({
        title: table.title,
        ...(table.text !== undefined && { text: table.text }),
        table: tableTexts(table),
      })),
      ...lab.textTables.map(({ title: heading, text, columns, rows }) => ({
        title: heading,
        ...(text !== undefined && { text }),
        table: { columns, rows },
      })),
      ...lab.pictures.map(({ caption, charts }) => ({ title: caption, charts })),
    ],
  });
}
