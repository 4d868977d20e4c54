import { createStore } from './state.js';
import { createTrainer } from './trainer.js';
import { keepOffline } from './offline.js';
import { createPad } from './pad/pad.js';
import { showCharts } from './views/charts.js';
import { showConfusion } from './views/confusion.js';
import { showControls } from './views/controls.js';
import { showFooter } from './views/footer.js';
import { showProgress } from './views/progress.js';
import { showVerdict } from './views/verdict.js';
import { showWeights } from './views/weights.js';

const store = createStore();
const trainer = createTrainer(store);

showControls(store, trainer);
showProgress(store);
showCharts(store);
showWeights(store);
showConfusion(store);
showVerdict(store);
showFooter(store);
createPad((pixels) => store.set({ pixels }));

void navigator.gpu?.requestAdapter().then((adapter) => store.set({ webgpu: adapter !== null }));
void keepOffline(() => store.set({ offline: true }));
void trainer.findSavedRun();
