/** An address as a key of maps. */
import type { Address } from './inputs.ts';

export const addressKey = ({ ip, port }: Address): string => `${ip} ${port}`;

/** @param key made by {@link addressKey} */
export function addressOf(key: string): Address {
  const at = key.lastIndexOf(' ');
  return { ip: key.slice(0, at), port: Number(key.slice(at + 1)) };
}
