import { writeFileSync } from 'node:fs';
import { compileStep } from '@espalier/compile';
import { adamStep, cnn, mlp, stepShapes } from './models.js';
const which = process.argv[2]!;
const model = which === 'cnn' ? cnn() : mlp(which.split('-').map(Number), Number(process.argv[4] ?? 64));
const c = await compileStep(adamStep(model) as never, stepShapes(model) as never, {
  carry: { parameters: 'parameters', m: 'm', v: 'v' },
});
writeFileSync(process.argv[3]!, c.toOnnx());
