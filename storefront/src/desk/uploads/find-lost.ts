/** A photo whose answer was lost may have arrived all the same. */
import type { Image } from '../../../../shared/api-types/catalog.ts';
import type { UploadPorts } from './upload-ports.ts';

/** How often it is looked for, and how long apart. */
const LOOKS = 5;
const LOOK_EVERY_MS = 1_000;

/** @param isWanted false: nobody waits for it any more */
export async function findLost(
  ports: Pick<UploadPorts, 'find' | 'image' | 'wait'>,
  uploadId: string,
  isWanted: () => boolean,
): Promise<Image | undefined> {
  for (let look = 0; look < LOOKS && isWanted(); look++) {
    const upload = await ports.find(uploadId);
    const state = upload === 'unknown' ? upload : upload?.state;
    if (upload !== 'unknown' && upload?.state === 'ready') {
      const image = await ports.image(upload.imageId);
      if (image.ok) return image.value;
    }
    if (state === 'failed') return undefined;
    // It never arrived, or half of it: the origin may just not have heard yet that the rest will not come.
    if ((state === 'unknown' || state === 'uploading') && look > 0) return undefined;
    // It is worked on: for as long as that takes.
    if (state === 'processing') look = 0;
    await ports.wait(LOOK_EVERY_MS);
  }
  return undefined;
}
