/** A picture as bytes, row by row from the top, channels last: `data[(y * width + x) * channels + c]`. */
export interface DecodedImage {
  readonly width: number;
  readonly height: number;
  /** 1 grey, 3 red, green, blue; 4 with opacity. */
  readonly channels: 1 | 3 | 4;
  readonly data: Uint8Array;
}

/** What the header of an image file says. */
export interface ImageHeader {
  readonly format: 'png' | 'jpeg' | 'bmp' | 'tiff';
  readonly width: number;
  readonly height: number;
}
