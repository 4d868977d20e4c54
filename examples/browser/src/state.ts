import type { EpochRecord } from 'espalier';
import type { RunPosition } from '@espalier/workers';
import type { Network } from './network.js';
import { DEFAULTS, type Settings } from './settings.js';

/** What the page is doing. */
export type Phase = 'loading' | 'ready' | 'running' | 'stopping' | 'stopped' | 'completed';

/** Loss and accuracy over the epoch so far, at a place in the run: 1.5 is in the middle of the second epoch. */
export interface LivePoint {
  readonly epoch: number;
  readonly loss: number;
  readonly accuracy: number;
}

/** All that the page shows. */
export interface State {
  readonly phase: Phase;
  readonly settings: Settings;
  readonly position: Pick<RunPosition, 'step' | 'stepsPerEpoch' | 'epochs'> | undefined;
  readonly msPerStep: number | undefined;
  readonly executor: string | undefined;
  /** Of the epoch that is under way. */
  readonly live: readonly LivePoint[];
  readonly epochs: readonly EpochRecord[];
  readonly network: Network | undefined;
  readonly confusion: readonly (readonly number[])[] | undefined;
  /** 784 bytes of the digit on the pad. */
  readonly pixels: Uint8Array | undefined;
  readonly storage: string | undefined;
  readonly offline: boolean;
  readonly webgpu: boolean;
  /** What went wrong. */
  readonly problem: string | undefined;
}

/** A change, or a function from the state to one. */
export type Change = Partial<State> | ((state: State) => Partial<State>);

/** Holds the state and tells views of it, at most once a frame. */
export interface Store {
  readonly state: State;
  set(change: Change): void;
  /** Calls `view` now and after changes. */
  show(view: (state: State) => void): void;
}

/** What belongs to one run and goes when another starts. */
export const NO_RUN = {
  position: undefined,
  msPerStep: undefined,
  executor: undefined,
  live: [],
  epochs: [],
  network: undefined,
  confusion: undefined,
  problem: undefined,
} satisfies Partial<State>;

export function createStore(): Store {
  let state: State = {
    ...NO_RUN,
    phase: 'loading',
    settings: DEFAULTS,
    pixels: undefined,
    storage: undefined,
    offline: false,
    webgpu: false,
  };
  const views: ((state: State) => void)[] = [];
  let asked = false;
  return {
    get state() {
      return state;
    },
    set(change) {
      state = { ...state, ...(typeof change === 'function' ? change(state) : change) };
      if (asked) return;
      asked = true;
      requestAnimationFrame(() => {
        asked = false;
        for (const view of views) view(state);
      });
    },
    show(view) {
      views.push(view);
      view(state);
    },
  };
}
