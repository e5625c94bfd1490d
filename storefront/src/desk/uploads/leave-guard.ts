/** Asks before the page goes while photos are on their way. Within the desk nothing is lost, so nothing is asked. */
import type { UploadQueue } from './upload-queue.ts';

export function guardLeaving(queue: UploadQueue): void {
  const warn = (event: BeforeUnloadEvent) => event.preventDefault();
  let isOn = false;
  // Only while it is needed: a listener keeps the page out of the browser's back/forward cache.
  queue.list.subscribe(() => {
    if (queue.isBusy === isOn) return;
    isOn = queue.isBusy;
    if (isOn) window.addEventListener('beforeunload', warn);
    else window.removeEventListener('beforeunload', warn);
  });
}
