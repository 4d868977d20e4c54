import type { RandomStream } from '@espalier/core';
import { normalDraw } from '../../math/normal-draw.js';
import { logExpectedImprovement } from '../../math/expected-improvement.js';
import { minimize, type Slope } from '../../math/minimize.js';
import type { Coordinates, GaussianProcess } from './gaussian-process.js';
import type { SearchCoordinates } from './search-coordinates.js';

/** What is looked for where. */
export interface ImprovementSearch {
  readonly process: GaussianProcess;
  /** The value to improve on. */
  readonly best: number;
  readonly coordinates: SearchCoordinates;
  /** Points that are known already. */
  readonly known: readonly Coordinates[];
  /** The best of them, around which candidates are drawn, too. */
  readonly incumbent: Coordinates;
  readonly candidates: number;
}

/** Local searches, of the best candidates. */
const STARTS = 4;
const ITERATIONS = 30;
/** Deviations of the candidates around the best point. */
const NEAR = [0.1, 0.01];
const LEAST_VARIANCE = 1e-12;

/**
 * The point of most expected improvement, as far as found: candidates drawn from the whole space and around the best point, then from the
 * best ones a descent over continuous numbers and, in turn, single changes of the others.
 */
export function maximizeImprovement(search: ImprovementSearch, random: RandomStream): Coordinates {
  const { coordinates, known, incumbent, candidates } = search;
  const normal = normalDraw(random);
  const points: Coordinates[] = [];
  for (let i = 0; i < candidates; i++) points.push(coordinates.draw(random));
  for (const deviation of NEAR)
    for (let i = 0; i < candidates / 8; i++) points.push(coordinates.near(incumbent, normal, deviation));
  // Where nothing is continuous a known point has nothing new to tell.
  const isDiscrete = !coordinates.isContinuous.includes(true);
  const seen = new Set(isDiscrete ? known.map(String) : []);
  const score = (point: Coordinates) => (seen.has(String(point)) ? -Infinity : improvement(search, point));
  const scored = points.map((point, place) => ({ point, value: score(point), place }));
  scored.sort((a, b) => b.value - a.value || a.place - b.place);
  let best = scored[0]!;
  for (const start of scored.slice(0, STARTS)) {
    const end = climb(search, start, score);
    if (end.value > best.value) best = { ...end, place: start.place };
  }
  return best.point;
}

function improvement({ process, best }: ImprovementSearch, point: Coordinates): number {
  const { mean, variance } = process.predict(point);
  return logExpectedImprovement(mean, Math.sqrt(Math.max(LEAST_VARIANCE, variance)), best).log;
}

interface Scored {
  readonly point: Coordinates;
  readonly value: number;
}

function climb(search: ImprovementSearch, start: Scored, score: (point: Coordinates) => number): Scored {
  const { coordinates } = search;
  let here: Scored = start;
  for (let round = 0; round < 5; round++) {
    const before = here.value;
    const there = coordinates.active(here.point);
    const moves = there.map((active, i) => active && coordinates.isContinuous[i]!);
    if (moves.includes(true)) {
      const { point, value } = descend(search, here.point, moves);
      if (-value > here.value) here = { point, value: -value };
    }
    there.forEach((active, i) => {
      if (!active || coordinates.isContinuous[i]) return;
      for (const other of coordinates.others(here.point, i)) {
        const point = here.point.map((value, k) => (k === i ? other : value));
        const value = score(point);
        if (value > here.value) here = { point, value };
      }
    });
    if (!(here.value > before + 1e-6) || there.every((active, i) => !active || moves[i])) break;
  }
  return here;
}

/** Over some coordinates; the others stay. */
function descend({ process, best }: ImprovementSearch, start: Coordinates, moves: readonly boolean[]) {
  const slope = (point: Coordinates): Slope => {
    const { mean, variance, meanBy, varianceBy } = process.predictWithGradient(point);
    const deviation = Math.sqrt(Math.max(LEAST_VARIANCE, variance));
    const ei = logExpectedImprovement(mean, deviation, best);
    return {
      value: -ei.log,
      gradient: meanBy.map((by, i) =>
        moves[i] ? -(ei.byMean * by + (ei.byDeviation * varianceBy[i]!) / (2 * deviation)) : 0,
      ),
    };
  };
  const low = start.map((value, i) => (moves[i] ? 0 : value));
  const high = start.map((value, i) => (moves[i] ? 1 : value));
  return minimize(slope, start, { low, high, iterations: ITERATIONS, tolerance: 1e-7 });
}
