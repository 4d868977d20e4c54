import { element, onChange } from '../element.js';
import type { State, Store } from '../state.js';

const percent = (share: unknown): string => `${(100 * Number(share)).toFixed(1)} %`;

/** How far the run is: a bar and a line for every step, and a sentence for every epoch, which is read out. */
export function showProgress(store: Store): void {
  const bar = element<HTMLProgressElement>('progress');
  const line = element('position');
  const status = element('status');
  const problem = element('problem');

  store.show(
    onChange(
      ({ position, msPerStep, executor }: State) => [position, msPerStep, executor] as const,
      (position, msPerStep, executor) => {
        const total = position ? position.epochs * position.stepsPerEpoch : 1;
        bar.value = (position?.step ?? 0) / total;
        const parts = position
          ? [
              `step ${position.step} of ${total}`,
              ...(msPerStep ? [`${msPerStep.toFixed(msPerStep < 10 ? 2 : 0)} ms a step`] : []),
              ...(executor ? [executor] : []),
            ]
          : ['64 digits a step, 94 steps an epoch'];
        line.textContent = parts.join(' · ');
      },
    ),
  );
  store.show(
    onChange(
      ({ phase, epochs, problem: wrong, position }: State) =>
        [phase, epochs, wrong, position === undefined] as const,
      (phase, epochs, wrong, fresh) => {
        const last = epochs.at(-1);
        const reached = last
          ? `Epoch ${last.epoch + 1}: ${percent(last['val_accuracy'])} of the held-out digits right.`
          : '';
        const sentences: Record<State['phase'], string> = {
          loading: 'Starting …',
          ready: 'Ready. Nothing is trained yet.',
          running: reached || (fresh ? 'Getting the digits and compiling …' : 'Training.'),
          stopping: 'Stopping …',
          stopped: `Stopped. ${reached}`,
          completed: `Done. ${reached}`,
        };
        const said = sentences[phase].trim();
        if (status.textContent !== said) status.textContent = said;
        problem.textContent = wrong ?? '';
      },
    ),
  );
}
