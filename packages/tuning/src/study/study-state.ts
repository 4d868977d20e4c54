import { EspalierError } from '@espalier/core';
import type { ParameterValue } from '../space/distributions.js';
import type { Report, TrialRecord } from '../trial/trial-record.js';
import type { StudyEvent, StudyHeader } from './study-event.js';

/** A study as its events say: the same events give the same state. */
export class StudyState {
  header: StudyHeader | undefined;
  readonly trials: TrialRecord[] = [];
  readonly queue: Readonly<Record<string, ParameterValue>>[] = [];

  /** @throws EspalierError `checkpoint` for an event that cannot come here. */
  apply(event: StudyEvent): void {
    switch (event.type) {
      case 'study':
        if (this.header) refuse('it has two headers');
        this.header = event;
        return;
      case 'program':
        return;
      case 'enqueue':
        this.queue.push(event.fixed);
        return;
      case 'start': {
        if (event.trial !== this.trials.length)
          refuse(`trial ${event.trial} starts after ${this.trials.length} others`);
        const { trial: number, horizon, parameters, fixed = {}, at } = event;
        if (event.fixed) this.queue.shift();
        this.trials.push({
          number,
          state: 'running',
          parameters,
          horizon,
          fixed,
          constraints: [],
          reports: [],
          notes: {},
          started: at,
        });
        return;
      }
      case 'report': {
        const { fold, step, value } = event;
        const { reports } = this.#running(event.trial);
        const report = {
          ...(fold !== undefined && { fold }),
          ...(step !== undefined && { step }),
          value,
        };
        this.#change(event.trial, { reports: withReport(reports, report) });
        return;
      }
      case 'note':
        this.#change(event.trial, {
          notes: { ...this.#running(event.trial).notes, [event.name]: event.value },
        });
        return;
      case 'finish': {
        const { state, values, error, constraints, at } = event;
        this.#change(event.trial, {
          state,
          constraints,
          ...(values && { values }),
          ...(error && { error }),
          finished: at,
        });
        return;
      }
      default:
        refuse(
          `it has an event of type '${(event as { type: string }).type}', which this version does not know`,
        );
    }
  }

  #running(number: number): TrialRecord {
    const trial = this.trials[number];
    if (!trial || trial.state !== 'running') return refuse(`trial ${number} is told of and does not run`);
    return trial;
  }

  #change(number: number, change: Partial<TrialRecord>): void {
    this.trials[number] = { ...this.#running(number), ...change };
  }
}

/** By fold, within a fold by step, and a fold's result behind its steps. A report of the same fold and step is replaced. */
export function withReport(reports: readonly Report[], report: Report): Report[] {
  const place = compareReports(report);
  const before = reports.filter((other) => place(other) < 0);
  const after = reports.filter((other) => place(other) > 0);
  return [...before, report, ...after];
}

function compareReports({ fold = -1, step = Infinity }: Report): (other: Report) => number {
  return (other) => {
    const [otherFold, otherStep] = [other.fold ?? -1, other.step ?? Infinity];
    if (otherFold !== fold) return otherFold - fold;
    return otherStep === step ? 0 : otherStep < step ? -1 : 1;
  };
}

function refuse(what: string): never {
  throw new EspalierError({
    code: 'checkpoint',
    scope: 'study',
    message: `cannot read the study: ${what}; it is damaged, or of a newer version.`,
  });
}
