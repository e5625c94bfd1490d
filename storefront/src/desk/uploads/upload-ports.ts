/** What the queue of photos needs from outside, and what it tells. */
import type { UploadAnswer } from '../../../../shared/api-types/admin.ts';
import type { Image } from '../../../../shared/api-types/catalog.ts';
import type { ImageId } from '../../../../shared/units.ts';
import type { Answer } from '../../answers/answer.ts';
import type { PhotoToSend, Sending } from '../api/send-photo.ts';
import type { UploadItem } from './upload-item.ts';

export interface UploadPorts {
  send(photo: PhotoToSend, progress: (sentBytes: number, totalBytes: number) => void): Sending;
  /** What the origin knows of an upload; undefined: it does not answer. */
  find(uploadId: string): Promise<UploadAnswer | 'unknown' | undefined>;
  image(imageId: string): Promise<Answer<Image>>;
  cancel(uploadId: string): Promise<Answer<UploadAnswer>>;
  /** Words for what is under way. */
  describe(uploadId: string, alt: string): Promise<unknown>;
  /** Words for what is published. */
  words(imageId: string, alt: string): Promise<Answer<Image>>;
  /** Whether the file is still as it was when it was chosen. */
  isReadable(file: File): Promise<boolean>;
  newId(): string;
  wait(ms: number): Promise<void>;
}

export interface QueueEvents {
  /** @returns whether the product did not have it before */
  readonly ready: (item: UploadItem, image: Image) => boolean;
  /**
   * Nothing of this product is under way any more.
   * @param imageIds what became ready since the last time and stands where it came, in the order the files were added
   */
  readonly settled: (productId: string, imageIds: readonly ImageId[]) => void;
}
