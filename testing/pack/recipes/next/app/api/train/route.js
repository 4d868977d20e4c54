import { train } from '../../train.js';

export const dynamic = 'force-dynamic';

export async function GET() {
  return Response.json({ eager: await train('eager'), wasm: await train('wasm'), onnx: await train('onnx') });
}
