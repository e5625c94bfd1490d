/** A moment of a swarm in words; as fine as the speed at which it is watched. */

/** `0.0 s`, `12.3 s`, `2:03.4`; with thousandths while time goes slowly or stands. */
export function timeWords(ms: number, isFine: boolean): string {
  const digits = isFine ? 3 : 1;
  const seconds = ms / 1000;
  // A number and its unit stay on one line.
  if (seconds < 60) return `${seconds.toFixed(digits)}\u00a0s`;
  const minutes = Math.floor(seconds / 60);
  return `${minutes}:${(seconds - minutes * 60).toFixed(digits).padStart(digits + 3, '0')}`;
}
