import { EspalierError } from '@espalier/core';

/** Points for TensorBoard's projector, e.g. what a layer gives for some examples. */
export interface Embedding {
  /** `[N, D]`, row by row. */
  readonly values: ArrayLike<number>;
  /** `[N, D]`. */
  readonly shape: readonly number[];
  /** What is known of the points, `[N]` by name, e.g. their classes; the projector colours by it. Default none. */
  readonly metadata?: Readonly<Record<string, readonly (string | number)[]>>;
  /** Pictures of the points in one PNG, row by row, as many across as down, the last row filled up; and the size of one. */
  readonly sprite?: { readonly png: Uint8Array; readonly width: number; readonly height: number };
}

/** A file below the folder of a run. */
interface ProjectorFile {
  readonly path: readonly string[];
  readonly bytes: Uint8Array;
}

/**
 * The files that TensorBoard's projector reads: `projector_config.pbtxt` beside the event file, and for each embedding a table of its
 * numbers, one of what is known of its points, and its pictures.
 *
 * @throws EspalierError `invalid-data` for numbers that do not fit the shape or are not finite, and metadata of other lengths.
 */
export function projectorFiles(
  scope: string,
  embeddings: Readonly<Record<string, Embedding>>,
): ProjectorFile[] {
  const files: ProjectorFile[] = [];
  const entries = Object.entries(embeddings).map(([tag, embedding], i) => {
    check(scope, tag, embedding);
    const { values, shape, metadata = {}, sprite } = embedding;
    const [rows, columns] = shape as [number, number];
    const folder = ['projector', String(i + 1)];
    const add = (name: string, bytes: string | Uint8Array): string => {
      files.push({
        path: [...folder, name],
        bytes: typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes,
      });
      return quoted([...folder, name].join('/'));
    };
    const numbers = (row: number) =>
      Array.from({ length: columns }, (_, column) => values[row * columns + column]!);
    const points = Array.from({ length: rows }, (_, row) => row);
    const lines = [
      `tensor_name: ${quoted(tag)}`,
      `tensor_shape: ${rows}`,
      `tensor_shape: ${columns}`,
      `tensor_path: ${add('tensors.tsv', tsv(points.map(numbers)))}`,
    ];
    const names = Object.keys(metadata);
    if (names.length > 0) {
      const known = points.map((row) => names.map((name) => metadata[name]![row]!));
      // The projector takes the first line for a header where there are several columns, and only there.
      lines.push(`metadata_path: ${add('metadata.tsv', tsv(names.length > 1 ? [names, ...known] : known))}`);
    }
    if (sprite) {
      const path = add('sprite.png', sprite.png);
      lines.push(
        `sprite { image_path: ${path} single_image_dim: ${sprite.width} single_image_dim: ${sprite.height} }`,
      );
    }
    return `embeddings {\n${lines.map((line) => `  ${line}\n`).join('')}}\n`;
  });
  const config = { path: ['projector_config.pbtxt'], bytes: new TextEncoder().encode(entries.join('')) };
  return [...files, config];
}

const quoted = (text: string): string => JSON.stringify(text);

/** Tabs and line ends in what is written would be further cells. */
const tsv = (rows: readonly (readonly (string | number)[])[]): string =>
  rows.map((row) => `${row.map((cell) => String(cell).replace(/[\t\r\n]+/g, ' ')).join('\t')}\n`).join('');

function check(scope: string, tag: string, embedding: Embedding): void {
  const refuse = (what: string): never => {
    throw new EspalierError({ code: 'invalid-data', scope, message: `the embedding '${tag}' needs ${what}` });
  };
  const { values, shape, metadata = {}, sprite } = embedding ?? {};
  const [rows = 0, columns = 0] = shape ?? [];
  if (shape?.length !== 2 || rows * columns === 0 || values?.length !== rows * columns)
    refuse(`numbers [N, D], got ${values?.length} of shape [${shape}].`);
  const bad = Array.from(values).findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) refuse(`finite numbers; point ${Math.floor(bad / columns)} has ${values[bad]}.`);
  for (const [name, known] of Object.entries(metadata))
    if (known.length !== rows) refuse(`metadata of its ${rows} points; '${name}' has ${known.length}.`);
  if (sprite && !(sprite.png?.length > 24 && sprite.width >= 1 && sprite.height >= 1))
    refuse('a sprite of { png, width, height }.');
}
