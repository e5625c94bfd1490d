/** Asks the origin what it is at, for as long as something is under way; else it is silent. */
import type { UploadList } from '../../../../shared/api-types/admin.ts';
import type { DeskApi } from '../api/desk-api.ts';
import type { UploadQueue } from './upload-queue.ts';

/** A rendition takes a tenth of a second or more; the answer is only what changed. */
const ASK_EVERY_MS = 400;

export function watchUploads(api: DeskApi, queue: UploadQueue): void {
  let version = 0;
  let isAsking = false;
  const ask = async () => {
    isAsking = true;
    while (queue.openUploads().length > 0) {
      const answer = await api.call<UploadList>('GET', `/uploads?since=${version}`);
      if (answer.ok) {
        version = answer.value.version;
        queue.heard(answer.value.uploads);
      }
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
    isAsking = false;
  };
  queue.list.subscribe(() => {
    if (!isAsking && queue.openUploads().length > 0) void ask();
  });
}
