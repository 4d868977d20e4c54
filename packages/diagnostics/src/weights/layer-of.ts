/** The layer that a parameter belongs to: all of its name but the last part. */
export function layerOf(parameter: string): string {
  const end = parameter.lastIndexOf('/');
  return end < 0 ? parameter : parameter.slice(0, end);
}
