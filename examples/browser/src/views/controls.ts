import { element, onChange } from '../element.js';
import { type Engine, MAX_EPOCHS, type Settings } from '../settings.js';
import type { State, Store } from '../state.js';
import type { Trainer } from '../trainer.js';

const MORE_EPOCHS = 5;

/** The settings of the next run, and the buttons that start, stop and resume. */
export function showControls(store: Store, trainer: Trainer): void {
  const form = element<HTMLFormElement>('settings');
  const fields = element<HTMLFieldSetElement>('fields');
  const learningRate = element<HTMLSelectElement>('learning-rate');
  const l2 = element<HTMLSelectElement>('l2');
  const dropout = element<HTMLInputElement>('dropout');
  const epochs = element<HTMLInputElement>('epochs');
  const [start, stop, resume] = ['start', 'stop', 'resume'].map((id) => element<HTMLButtonElement>(id)) as [
    HTMLButtonElement,
    HTMLButtonElement,
    HTMLButtonElement,
  ];
  const engines = [...form.querySelectorAll<HTMLInputElement>('input[name=engine]')];

  const chosen = (): Settings => ({
    engine: engines.find(({ checked }) => checked)!.value as Engine,
    learningRate: Number(learningRate.value),
    l2: Number(l2.value),
    dropout: Number(dropout.value),
    epochs: epochs.valueAsNumber,
  });
  const fill = (settings: Settings): void => {
    for (const engine of engines) engine.checked = engine.value === settings.engine;
    learningRate.value = String(settings.learningRate);
    l2.value = [...l2.options].find(({ value }) => Number(value) === settings.l2)?.value ?? '0';
    dropout.value = String(settings.dropout);
    epochs.value = String(settings.epochs);
    showDropout();
  };
  const showDropout = (): void => {
    element<HTMLOutputElement>('dropout-value').value = dropout.valueAsNumber.toFixed(2);
  };
  /** The epochs to go on to: those asked for now, or some more than the run has done. */
  const goal = ({ position }: State): number => {
    const done = position ? Math.floor(position.step / position.stepsPerEpoch) : 0;
    const asked = epochs.valueAsNumber;
    return Math.min(MAX_EPOCHS, asked > done ? asked : done + MORE_EPOCHS);
  };

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    store.set({ settings: chosen() });
    trainer.start();
  });
  dropout.addEventListener('input', showDropout);
  epochs.addEventListener('input', () => label(store.state));
  stop.addEventListener('click', () => trainer.stop());
  resume.addEventListener('click', () => {
    const to = goal(store.state);
    epochs.value = String(to);
    trainer.resume(to);
  });

  const label = (state: State): void => {
    start.textContent = state.position ? 'Start again' : 'Start';
    resume.textContent = state.phase === 'completed' ? `Train on to ${goal(state)}` : 'Resume';
  };
  store.show(onChange((state: State) => [state.settings] as const, fill));
  store.show((state) => {
    const { phase, position, webgpu } = state;
    const busy = phase === 'running' || phase === 'stopping';
    fields.disabled = busy || phase === 'loading';
    start.disabled = fields.disabled;
    stop.disabled = phase !== 'running';
    resume.hidden = !position || busy || phase === 'ready';
    stop.hidden = !busy;
    engines.find(({ value }) => value === 'webgpu')!.disabled = !webgpu;
    label(state);
  });
}
