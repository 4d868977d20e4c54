import { type Capability, type CapabilityGroup, LIBRARIES } from './capability.js';
import type { Export } from './exports.js';

const cell = (text: string): string => text.replaceAll('|', '\\|').replace(/\s+/g, ' ').trim();

const row = (...cells: string[]): string => `| ${cells.map(cell).join(' | ')} |`;

const table = (head: readonly string[], rows: readonly string[]): string =>
  [row(...head), row(...head.map(() => '---')), ...rows].join('\n');

const named = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

const STATES = { whole: 'yes', part: 'in part', none: 'no' } as const;

function capabilityRow({ name, libraries, by, state, note = '' }: Capability): string {
  const given = by.map((one) => (one.includes('/') ? `[${named(one)}](${one})` : `\`${one}\``)).join(', ');
  const missing = state === 'part' ? `Missing: ${note}` : note;
  return row(name, libraries, STATES[state], [given, missing].filter(Boolean).join('. '));
}

function exportRow(one: Export, cost: number | undefined): string {
  const references = one.references.map((file) => `[${named(file)}](${file})`).join(', ');
  return row(
    `[\`${one.name}\`](${one.file})`,
    one.summary,
    references || 'float64 or by hand, in its tests',
    one.difference,
    cost === undefined ? '' : `${cost}`,
  );
}

/** FEATURES.md, whole. */
export function featuresMarkdown(
  groups: readonly CapabilityGroup[],
  exports: readonly Export[],
  costs: ReadonlyMap<string, number>,
): string {
  const all = groups.flatMap(({ capabilities }) => capabilities);
  const count = (state: Capability['state']): number => all.filter((one) => one.state === state).length;
  const folders = [...new Set(exports.map(({ folder }) => folder))];
  const referenced = exports.filter(({ references }) => references.length > 0).length;
  const letters = Object.entries(LIBRARIES).map(([letter, name]) => `${letter} ${name}`);
  return [
    '# What there is',
    `Made from the code by \`UPDATE_FEATURES=1 npx vitest run testing/features\`; a test fails where this page says something else.`,
    `The first part goes through ${all.length} capabilities of the field's libraries: Espalier has ${count('whole')} whole, ${count('part')} in part and ${count('none')} not. The second part has a row for each of the ${exports.length} functions and classes that the packages export, of which ${referenced} are checked against numbers of another library that are kept in this repository.`,
    '## By capability',
    `Who has it: ${letters.join(', ')}.`,
    ...groups.flatMap(({ title, capabilities }) => [
      `### ${title}`,
      table(['capability', 'who has it', 'here', 'by'], capabilities.map(capabilityRow)),
    ]),
    '## By export',
    'Checked against: reference numbers, made by the script beside the file. Differences are in the words of the docstring. Cost: TensorFlow.js kernels that it adds to one eager training step of a network of two dense layers (four parameters), validation included; compiled, kernels are joined. Nothing is said where it takes no part in a step.',
    ...folders.flatMap((folder) => [
      `### @espalier/${folder}`,
      table(
        ['export', 'what it is', 'checked against', 'beside other libraries', 'cost'],
        exports.filter((one) => one.folder === folder).map((one) => exportRow(one, costs.get(one.name))),
      ),
    ]),
    '',
  ].join('\n\n');
}
