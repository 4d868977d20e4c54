import { EspalierError } from '../../errors.js';

/** An op of a step, as errors name it. */
export interface OpUse {
  readonly kernel: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** The layer, loss, plugin, ... that calls it; empty for a model without layers. */
  readonly origin: string;
}

/** The kernel that a backend lacks, called by a step or by the gradient of one of its ops. */
export function missingKernel(
  where: string,
  kernel: string,
  { origin, gradientOf }: { readonly origin: string; readonly gradientOf?: string },
): EspalierError {
  const why = gradientOf === undefined ? '' : `, for the gradient of ${gradientOf}`;
  return unsupported(
    `${from(origin)} needs the op ${kernel}${why}, which ${where} does not have. ` + elsewhere,
  );
}

/** The op whose gradient TensorFlow.js does not have at all. */
export function missingGradient(where: string, { kernel, origin }: OpUse): EspalierError {
  return unsupported(
    `${from(origin)} trains through the op ${kernel}, which has no gradient (on ${where}). ` +
      'Write it with ops that have one, or give it one with tf.customGrad.',
  );
}

/** The op whose gradient exists and does not work as it is used. */
export function failingGradient(where: string, op: OpUse, cause: unknown): EspalierError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return unsupported(
    `${from(op.origin)} trains through the op ${op.kernel}, whose gradient fails on ` +
      `${where}: ${reason.replace(/\.?\s*$/, '.')} ${fix(reason)}`,
    cause,
  );
}

/** The op whose gradient gives other numbers than it should. */
export function wrongGradient(
  where: string,
  { kernel, origin }: OpUse,
  got: number,
  right: number,
): EspalierError {
  return unsupported(
    `${from(origin)} trains through the op ${kernel}, whose gradient is wrong on ` +
      `${where} (in a test case it gives ${Number(got.toPrecision(4))} where ${Number(right.toPrecision(4))} is ` +
      `right). ${elsewhere}`,
  );
}

const elsewhere =
  'Use a backend that is put right, e.g. `await useBackend(wasm())` of @espalier/backend-wasm, or compiled steps ' +
  '(`executor: compiled()` of @espalier/compile).';

function from(origin: string): string {
  return origin === '' ? 'the model' : origin.split(' > ').at(-1)!;
}

function fix(reason: string): string {
  if (/dilation/.test(reason)) return 'Use a dilation rate of 1.';
  return 'Write it with other ops, or give it a gradient with tf.customGrad.';
}

function unsupported(message: string, cause?: unknown): EspalierError {
  return new EspalierError({ code: 'unsupported-op', scope: 'preflight', message, cause });
}
