import { checkOptions } from '@espalier/core';

/** What may be asked of a run. Numbers are finite. */
export type RunCommand =
  /** Multiplies the learning rate with this, >= 0, in place of what was set before. */
  | { readonly type: 'scaleLearningRate'; readonly factor: number }
  /** Sets a coefficient that the control was made with. */
  | { readonly type: 'setCoefficient'; readonly coefficient: string; readonly value: number }
  | { readonly type: 'pause' }
  | { readonly type: 'resume' }
  /** Writes a checkpoint into the control's store. */
  | { readonly type: 'checkpoint' }
  | { readonly type: 'stop'; readonly reason?: string }
  /** Asks for an answer alone. */
  | { readonly type: 'status' };

/** What a run answers to each command, and at its end. */
export interface RunAnswer {
  /** That of the command, or `ended`. */
  readonly type: RunCommand['type'] | 'ended';
  /** Why the command was refused. */
  readonly error?: string;
  readonly epoch: number;
  readonly step: number;
  readonly paused: boolean;
  readonly learningRate: number;
  readonly coefficients: Readonly<Record<string, number>>;
}

/** A way to a run from elsewhere. */
export interface ControlChannel {
  /** For messages, e.g. `port`. */
  readonly name: string;
  /** Listens from now on, until what it gives is called. Whatever arrives is handed on: it is checked there. */
  open(
    receive: (message: unknown) => void,
  ): (() => void | Promise<void>) | Promise<() => void | Promise<void>>;
  /** To everybody who listens; what cannot be sent is lost. */
  send(answer: RunAnswer): void;
}

/** A port of a `MessageChannel`, a `BroadcastChannel`, a worker's own scope or `parentPort`. */
export interface MessagePortLike {
  postMessage(message: unknown): void;
  addEventListener?(type: 'message', listener: (event: Event) => void): void;
  removeEventListener?(type: 'message', listener: (event: Event) => void): void;
  on?(type: 'message', listener: (message: unknown) => void): unknown;
  off?(type: 'message', listener: (message: unknown) => void): unknown;
  start?(): void;
  /** Node's: without it a port keeps the process alive. */
  unref?(): void;
}

/**
 * A channel over a message port: from another thread, or another page.
 *
 * @returns A channel for {@link remoteControl}. The port stays the caller's to close.
 * @throws EspalierError `invalid-option`.
 * @example
 * ```ts
 * const { port1, port2 } = new MessageChannel();
 * const control = remoteControl({ channel: portChannel(port1) });
 * port2.postMessage({ type: 'pause' });
 * ```
 */
export function portChannel(port: MessagePortLike): ControlChannel {
  if (typeof port?.postMessage !== 'function')
    checkOptions('port-channel').fail('port', 'a message port, a worker or a BroadcastChannel', port);
  return {
    name: 'port',
    open(receive) {
      const listener = (event: Event): void => receive((event as MessageEvent).data);
      if (port.addEventListener) {
        port.addEventListener('message', listener);
        port.start?.();
        port.unref?.();
        return () => port.removeEventListener?.('message', listener);
      }
      port.on?.('message', receive);
      port.unref?.();
      return () => void port.off?.('message', receive);
    },
    send: (answer) => port.postMessage(answer),
  };
}
