import { EspalierError, option, readOptions } from '@espalier/core';
import { keepNonFinite } from '@espalier/core/internal';
import type { Tracker } from './tracker.js';

/** Options of {@link webhookTracker}. */
export interface WebhookTrackerOptions {
  /** Where it posts to; `http:` or `https:`. */
  readonly url: string;
  /** Headers besides `content-type`, e.g. `authorization`. They are in no record. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What posts. Default `globalThis.fetch`. */
  readonly fetch?: (
    url: string,
    request: { readonly method: string; readonly headers: Record<string, string>; readonly body: string },
  ) => Promise<{ readonly ok: boolean; readonly status: number }>;
}

/**
 * Posts what a run logs to an address, as JSON: `{ event: 'start' | 'log' | 'note' | 'end', ... }`.
 *
 * ```text
 * { "event": "start", "parameters": { ... }, "epoch": 0, "step": 0 }
 * { "event": "log", "values": { "loss": 0.5, "val_loss": 0.6 }, "epoch": 0, "step": 100 }
 * { "event": "note", "source": "reduce-lr-on-plateau", "message": "...", "epoch": 3, "step": 400 }
 * { "event": "end", "status": "stopped", "reason": "..." }
 * ```
 *
 * NaN and infinite numbers are written as checkpoints write them. Each post is awaited, and one that is not answered with success is
 * a failure, which `track` notes or throws.
 *
 * Source: as Keras's `RemoteMonitor`, with the start and the end.
 *
 * @returns A tracker for {@link track}.
 * @throws EspalierError `invalid-option`; `io` where a post fails.
 * @example
 * ```ts
 * const telling = track(webhookTracker({ url: 'https://example.org/hooks/training' }), { onFailure: 'note' });
 * ```
 */
export function webhookTracker(options: WebhookTrackerOptions): Tracker {
  const { values, config } = readOptions('webhook', options, {
    url: option.custom<string>({
      expected: 'an http: or https: address',
      accepts: (value) => typeof value === 'string' && /^https?:\/\/./.test(value) && URL.canParse(value),
    }),
    headers: option.custom<Readonly<Record<string, string>>, { readonly optional: true }>({
      expected: 'texts by name',
      accepts: (value) =>
        typeof value === 'object' &&
        value !== null &&
        !Array.isArray(value) &&
        Object.values(value).every((one) => typeof one === 'string'),
      optional: true,
      toJson: (headers) => Object.keys(headers),
    }),
    fetch: option.custom<NonNullable<WebhookTrackerOptions['fetch']>, { readonly optional: true }>({
      expected: 'a function like fetch',
      accepts: (value) => typeof value === 'function',
      optional: true,
    }),
  });
  const { url, headers = {}, fetch: send = globalThis.fetch } = values;

  const post = async (body: Readonly<Record<string, unknown>>): Promise<void> => {
    const fail = (what: string, cause?: unknown): never => {
      const message = `cannot post to ${new URL(url).host} (${what}); look at the address and at what answers there.`;
      throw new EspalierError({
        code: 'io',
        scope: 'webhook',
        message,
        ...(cause === undefined ? {} : { cause }),
      });
    };
    const request = {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body, keepNonFinite),
    };
    const answer = await send(url, request).catch((error: unknown) =>
      fail(error instanceof Error ? error.message : String(error), error),
    );
    if (!answer.ok) fail(`it answered ${answer.status}`);
  };

  return {
    name: 'webhook',
    config,
    start: ({ parameters, at }) => post({ event: 'start', parameters, ...at }),
    log: (numbers, at) => post({ event: 'log', values: numbers, ...at }),
    note: (event) => post({ event: 'note', ...event }),
    end: (status, reason) => post({ event: 'end', status, ...(reason === undefined ? {} : { reason }) }),
  };
}
