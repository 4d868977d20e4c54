/** The SHA-256 of numbers, in hexadecimal. */
export async function sha256(numbers: readonly number[]): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', Float64Array.from(numbers));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
