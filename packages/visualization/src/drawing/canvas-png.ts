import { EspalierError } from '@espalier/core';

/**
 * An SVG document as a PNG, drawn by the browser that this runs in.
 *
 * @param scale - pixels per px of the SVG
 * @throws EspalierError `io` where there is no document to draw with, as in a worker, or the picture is too large for a canvas
 */
export async function canvasPng(svg: string, scale: number): Promise<Uint8Array> {
  if (typeof Image === 'undefined' || typeof document === 'undefined')
    return fail('SVG is drawn by a page, and a worker has none: send the SVG of toSvg to the page.');
  const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const [width, height] = [
      Math.max(1, Math.round(image.naturalWidth * scale)),
      Math.max(1, Math.round(image.naturalHeight * scale)),
    ];
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [width, height];
    const context = canvas.getContext('2d');
    context?.drawImage(image, 0, 0, width, height);
    const png = await new Promise<Blob | null>((give) => canvas.toBlob(give, 'image/png'));
    if (!context || !png) return fail(`a canvas of ${width} x ${height} pixels cannot be had: lower scale.`);
    return new Uint8Array(await png.arrayBuffer());
  } catch (cause) {
    if (cause instanceof EspalierError) throw cause;
    return fail(`the browser does not draw the SVG: ${String(cause)}`, cause);
  } finally {
    URL.revokeObjectURL(address);
  }
}

function fail(message: string, cause?: unknown): never {
  throw new EspalierError({ code: 'io', scope: 'to-png', message, ...(cause !== undefined && { cause }) });
}
