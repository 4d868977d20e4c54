import { importPeer } from '@espalier/core/internal';
import type { StudyFile } from './study-file.js';
import type { FoundStudy } from './study-folder.js';
import { studyReport, studySummary } from './study-report.js';
import { shortNumber } from './text-table.js';

/** What it needs of `@espalier/visualization`. */
interface Visualization {
  htmlReport(options: object): Promise<string>;
  searchSections(search: object): object[];
  writeReport(path: string, html: string): Promise<string>;
}

/** A variable, so that bundlers leave it alone. */
const VISUALIZATION = '@espalier/visualization';

/** @throws EspalierError `io` where it is not installed. */
export function loadVisualization(): Promise<Visualization> {
  return importPeer(
    { packageName: VISUALIZATION, scope: 'tuning', code: 'io', need: 'Pages of a study need its charts' },
    () =>
      import(
        /* webpackIgnore: true */ /* turbopackIgnore: true */ /* @vite-ignore */ VISUALIZATION
      ) as Promise<Visualization>,
  );
}

/** A study as one HTML page: what it is, its best trials, and all pictures. */
export async function studyPage(
  file: StudyFile,
  { htmlReport, searchSections }: Visualization,
  title?: string,
): Promise<string> {
  const { header, trials } = file;
  const report = studyReport(file);
  const names = header.space.map(({ name }) => name);
  const states = Object.entries(report.counts).filter(([, count]) => count > 0);
  const search = {
    trials,
    directions: header.directions,
    logarithmic: header.space.flatMap(({ name, distribution }) =>
      'log' in distribution && distribution.log ? [name] : [],
    ),
    ...(report.importances && { importances: report.importances }),
  };
  return htmlReport({
    title: title ?? header.name,
    subtitle: states.map(([state, count]) => `${count} ${state}`).join(', ') || 'no trial yet',
    made: {
      directions: header.directions.join(', '),
      sampler: report.sampler,
      pruner: report.pruner ?? 'none',
      seed: String(header.seed),
    },
    ...(report.best.length > 0 && {
      summary: {
        columns: [
          'best trial',
          ...header.directions.map((_, i) => (header.directions.length > 1 ? `value ${i + 1}` : 'value')),
          ...names,
        ],
        rows: report.best.map(({ number, values, parameters }) => [
          `trial ${number}`,
          ...values!,
          ...names.map((name) => (Object.hasOwn(parameters, name) ? shortNumber(parameters[name]) : '')),
        ]),
      },
    }),
    sections: [
      ...(trials.length > 0 ? searchSections(search) : []),
      ...(report.failures.length > 0
        ? [
            {
              title: 'Failures',
              table: {
                columns: ['trial', 'error'],
                rows: report.failures.map(({ number, message }) => [String(number), message]),
              },
            },
          ]
        : []),
    ],
  });
}

/** Where the page of a study of a folder is. */
export const addressOf = (place: string): string => `/study/${encodeURIComponent(place)}`;

/** A list of studies as one HTML page, each with the address of its own page. */
export function folderPage(
  folder: string,
  studies: readonly FoundStudy[],
  { htmlReport }: Visualization,
): Promise<string> {
  const rows = studies.map(({ place, file, problem }) => {
    if (!file) return [place, problem ?? '', null, null, null, null];
    const { name, counts, sampler, best, directions } = studySummary(file);
    const states = Object.entries(counts).filter(([, count]) => count > 0);
    const shown = directions.length > 1 ? `${best.length} on the front` : (best[0]?.values![0] ?? null);
    const times = file.trials.map(({ started, finished }) => finished ?? started);
    const last = times.length > 0 ? new Date(Math.max(...times)).toISOString().slice(0, 19) : null;
    const text = states.map(([state, count]) => `${count} ${state}`).join(', ') || 'no trial yet';
    return [place, name, text, shown, sampler, last];
  });
  return htmlReport({
    title: `Studies of ${folder}`,
    subtitle:
      studies.length === 0 ? 'none yet; this page shows them as they come' : `${studies.length} found`,
    summary: {
      columns: ['study', 'name', 'trials', 'best value', 'sampler', 'last event (UTC)'],
      rows,
      links: Object.fromEntries(
        studies.flatMap(({ place, file }) => (file ? [[place, addressOf(place)]] : [])),
      ),
    },
    sections: [],
  });
}
