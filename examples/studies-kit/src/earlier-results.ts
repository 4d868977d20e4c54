import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EspalierError } from 'espalier';
import type { Claim } from './claims.js';
import type { EarlierRow, ResultTable, TextTable } from './result-table.js';

/** A picture as files, and what is written below it. */
export interface PictureFiles {
  readonly caption: string;
  readonly files: readonly string[];
}

/** Results that were written before, in part taken over by new ones. */
export interface EarlierResults {
  readonly folder: string;
  readonly tables: readonly {
    readonly table: string;
    readonly rows: readonly ({ readonly row: string } & EarlierRow)[];
  }[];
  readonly texts: readonly TextTable[];
  readonly claims: readonly Claim[];
  readonly pictures: readonly PictureFiles[];
}

/** Reads results.json and RESULTS.md of a folder. @throws EspalierError `io` where they are not there or not of this study. */
export async function readEarlier(folder: string, name: string): Promise<EarlierResults> {
  const fail = (what: string, cause?: unknown): never => {
    throw new EspalierError({
      code: 'io',
      scope: name,
      message: `cannot take over the results of '${folder}': ${what}; give --earlier a folder with results.json and RESULTS.md of this study.`,
      cause,
    });
  };
  const read = (file: string) =>
    readFile(join(folder, file), 'utf8').catch((cause: Error) => fail(cause.message, cause));
  const [json, page] = await Promise.all([read('results.json'), read('RESULTS.md')]);
  const { study, tables, texts, claims } = JSON.parse(json) as EarlierResults & { readonly study: string };
  if (study !== name) fail(`they are of ${study}`);
  return { folder, tables, texts, claims, pictures: picturesOf(page) };
}

/** Blocks of images, each with its caption below. */
function picturesOf(page: string): PictureFiles[] {
  const [, pictures = ''] = page.split('\n## Pictures\n');
  return pictures
    .split('\n\n')
    .map((block) => [...block.matchAll(/^!\[(.*)\]\(pictures\/([\w.-]+)\)$/gm)])
    .filter((images) => images.length > 0)
    .map((images) => ({ caption: images[0]![1]!, files: images.map(([, , file]) => file!) }));
}

/** The table, each row that was not run with its earlier figures where there are some of the same columns. */
export function withEarlier(table: ResultTable, earlier: EarlierResults): ResultTable {
  const known = earlier.tables.find((each) => each.table === table.title)?.rows ?? [];
  return {
    ...table,
    rows: table.rows.map((row) => {
      const found = known.find((each) => each.row === row.name && each.runs.length > 0);
      const fits = table.columns.every(({ label }, i) => found?.figures[i]?.column === label);
      return row.runs.length > 0 || !found || !fits ? row : { ...row, earlier: found };
    }),
  };
}

/** The conclusion as it was, where runs that it compares were not made now. */
export function claimWithEarlier(claim: Claim, { claims }: EarlierResults): Claim {
  const lacksRuns = ({ evidence }: Claim): boolean => /not run with|nothing was run/.test(evidence);
  if (!lacksRuns(claim)) return claim;
  return claims.find((each) => each.text === claim.text && !lacksRuns(each)) ?? claim;
}
