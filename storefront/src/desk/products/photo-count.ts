export function photoCount(count: number): string {
  if (count === 0) return 'no photos';
  return count === 1 ? '1 photo' : `${count} photos`;
}
