/** The mean colour of a photo as a style rule: a box is never blank, and a style attribute is against the policy. */
import { thumbHashToAverageRGBA } from 'thumbhash';
import type { Image } from '../../shared/api-types/catalog.ts';

export type Placeholder = Pick<Image, 'id' | 'placeholder'>;

export function colourRule({ id, placeholder }: Placeholder): string {
  const { r, g, b } = thumbHashToAverageRGBA(Buffer.from(placeholder, 'base64'));
  const channel = (value: number) => Math.round(Math.min(1, Math.max(0, value)) * 255);
  return `.photo[data-image-id="${id}"]{background-color:rgb(${channel(r)} ${channel(g)} ${channel(b)})}`;
}
