/** 96 random bits, hexadecimal: names of uploads, keys of forms. Works on plain http too, as randomUUID does not. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
