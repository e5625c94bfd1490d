/** Asks before the page goes while something would be lost with it. Within the desk nothing is, so nothing is asked. */
import type { Drafts } from './products/drafts.ts';
import type { UploadQueue } from './uploads/upload-queue.ts';

export function guardLeaving(queue: UploadQueue, drafts: Drafts): void {
  const warn = (event: BeforeUnloadEvent) => event.preventDefault();
  let isOn = false;
  // Only while it is needed: a listener keeps the page out of the browser's back/forward cache.
  const look = () => {
    const isNeeded = queue.isBusy || drafts.all.get().size > 0;
    if (isNeeded === isOn) return;
    isOn = isNeeded;
    if (isOn) window.addEventListener('beforeunload', warn);
    else window.removeEventListener('beforeunload', warn);
  };
  queue.list.subscribe(look);
  drafts.all.subscribe(look);
}
