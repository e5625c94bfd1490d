/** One spelling per address, so that caps, bans and the fleet's reserved places cannot be walked around. */
import { formatIp, parseIp } from '../../ip.ts';

/** As the engine writes addresses; IPv6 loses its zone. Text that is no address stays as it is. */
export function normaliseIp(text: string): string {
  const bytes = parseIp(text.split('%')[0] as string);
  return bytes ? formatIp(bytes) : text;
}
