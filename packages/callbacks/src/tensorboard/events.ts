import type { Json } from '@espalier/core';
import { maskedCrc32c } from './crc32c.js';
import { join, ProtoWriter } from './proto-writer.js';

/** Where an event belongs. */
export interface EventPlace {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step: number;
}

/** One node of a model's graph. */
export interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
}

/** A summary that is still to be placed: the fields of TensorFlow's `Summary.Value`. */
export type Summary = (value: ProtoWriter) => unknown;

/**
 * One record of TensorFlow's record files, of which event files are made: length, its masked CRC-32C, the bytes, theirs.
 */
export function record(data: Uint8Array): Uint8Array {
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(data.length), true);
  return join([length, crcOf(length), data, crcOf(data)]);
}

function crcOf(bytes: Uint8Array): Uint8Array {
  const crc = new Uint8Array(4);
  new DataView(crc.buffer).setUint32(0, maskedCrc32c(bytes), true);
  return crc;
}

const event = ({ wallTime, step }: EventPlace): ProtoWriter =>
  new ProtoWriter().double(1, wallTime).int(2, step);

/** What an event file begins with. */
export function fileStart(wallTime: number): Uint8Array {
  return record(event({ wallTime, step: 0 }).text(3, 'brain.Event:2').finish());
}

/** An event with summaries. */
export function summaryEvent(place: EventPlace, summaries: readonly Summary[]): Uint8Array {
  const message = event(place).message(5, (summary) => {
    for (const write of summaries) summary.message(1, write);
  });
  return record(message.finish());
}

/** An event with a graph, as TensorFlow's `GraphDef`. */
export function graphEvent(place: EventPlace, nodes: readonly GraphNode[]): Uint8Array {
  const graph = new ProtoWriter();
  for (const { name, op, inputs } of nodes) {
    graph.message(1, (node) => {
      node.text(1, name).text(2, op);
      for (const input of inputs) node.text(3, input);
    });
  }
  return record(event(place).bytes(4, graph.finish()).finish());
}

export function scalar(tag: string, value: number): Summary {
  return (summary) => summary.text(1, tag).float(2, value);
}

/** @param png A whole PNG file. */
export function image(tag: string, png: Uint8Array): Summary {
  // The header of a PNG: 8 bytes of signature, 8 of the chunk, then width and height.
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  return (summary) =>
    summary.text(1, tag).message(4, (one) => one.int(1, height).int(2, width).int(3, 4).bytes(4, png));
}

const BUCKETS = 30;

/** Counts in 30 equal parts of the range; numbers that are not finite are left out. */
export function histogram(tag: string, values: ArrayLike<number>): Summary {
  let [min, max, count, sum, squares] = [Infinity, -Infinity, 0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
    squares += value * value;
    count++;
  }
  if (count === 0) [min, max] = [0, 0];
  const buckets = max > min ? BUCKETS : 1;
  const width = (max - min) / buckets;
  const counts = Array<number>(buckets).fill(0);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isFinite(value))
      counts[width > 0 ? Math.min(buckets - 1, Math.floor((value - min) / width)) : 0]! += 1;
  }
  const limits = counts.map((_, i) => (i === buckets - 1 ? max : min + width * (i + 1)));
  return (summary) =>
    summary
      .text(1, tag)
      .message(5, (histo) =>
        histo
          .double(1, min)
          .double(2, max)
          .double(3, count)
          .double(4, sum)
          .double(5, squares)
          .packedDoubles(6, limits)
          .packedDoubles(7, counts),
      );
}

/** A value of the hyper-parameters tab. */
export type HyperParameter = number | string | boolean;

/** That a run with these hyper-parameters begins; metrics are tags of scalars. */
export function hyperParameters(
  values: Readonly<Record<string, HyperParameter>>,
  metrics: readonly string[],
  startTime: number,
): Summary[] {
  const DATA_TYPES = { string: 1, boolean: 2, number: 3 } as const;
  const entries = Object.entries(values);
  const experiment = ofHyperParameters('_hparams_/experiment', (data) =>
    data.message(2, (one) => {
      one.double(3, startTime);
      for (const [name, value] of entries) {
        const kind = DATA_TYPES[typeof value as keyof typeof DATA_TYPES];
        one.message(4, (info) => info.text(1, name).int(4, kind));
      }
      for (const tag of metrics) one.message(5, (info) => info.message(1, (name) => name.text(2, tag)));
    }),
  );
  const start = ofHyperParameters('_hparams_/session_start_info', (data) =>
    data.message(3, (info) => {
      for (const [name, value] of entries)
        info.message(1, (entry) => entry.text(1, name).message(2, (one) => protoValue(one, value)));
      info.double(5, startTime);
    }),
  );
  return [experiment, start];
}

/** That the run has ended, well or not. */
export function hyperParametersEnd(status: 'success' | 'failure', endTime: number): Summary {
  return ofHyperParameters('_hparams_/session_end_info', (data) =>
    data.message(4, (info) => info.int(1, status === 'success' ? 1 : 2).double(2, endTime)),
  );
}

function ofHyperParameters(tag: string, write: (data: ProtoWriter) => unknown): Summary {
  const content = new ProtoWriter();
  write(content);
  const plugin = { name: 'hparams', content: content.finish() };
  return tensorSummary(tag, plugin, (tensor) => tensor.message(2, () => undefined).float(5, 0));
}

/** A tensor of floats that belongs to a plugin of TensorBoard's: `write` gives its shape (field 2) and values (field 5). */
export function tensorSummary(
  tag: string,
  plugin: { readonly name: string; readonly content: Uint8Array; readonly displayName?: string },
  write: (tensor: ProtoWriter) => unknown,
): Summary {
  const [DT_FLOAT, DATA_CLASS_TENSOR] = [1, 2];
  return (summary) =>
    summary
      .text(1, tag)
      .message(8, (tensor) => write(tensor.int(1, DT_FLOAT)))
      .message(9, (metadata) => {
        metadata.message(1, (data) => data.text(1, plugin.name).bytes(2, plugin.content));
        if (plugin.displayName !== undefined) metadata.text(2, plugin.displayName);
        metadata.int(4, DATA_CLASS_TENSOR);
      });
}

function protoValue(message: ProtoWriter, value: HyperParameter & Json): void {
  if (typeof value === 'number') message.double(2, value);
  else if (typeof value === 'string') message.text(3, value);
  else message.int(4, value);
}
