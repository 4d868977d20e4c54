import { train } from './train.js';

/** What a function's host calls. */
export const handler = async () => ({ statusCode: 200, body: JSON.stringify({ onnx: await train('onnx') }) });
