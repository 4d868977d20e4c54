import { importPeer } from '@espalier/core/internal';
import type { StudyFile } from './study-file.js';
import { studyReport } from './study-report.js';
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
