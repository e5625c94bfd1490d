/** Save the log that is shown, open one from a file, share what is on the screen. */
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { useStore } from '../../store.ts';
import { searchOf } from '../share/shared-view.ts';
import { recordingBlob } from '../source/recording.ts';
import { useSwarm } from '../viewer-context.ts';
import { OpenIcon, SaveIcon, ShareIcon } from './icons.tsx';

export function ToolButtons(): JSX.Element {
  const { viewer, director } = useSwarm();
  const branch = useStore(viewer.branch);
  const fileRef = useRef<HTMLInputElement>(null);
  return (
    <>
      <ShareButton />
      <button
        type="button"
        class="chip"
        aria-label="Save"
        disabled={branch === undefined}
        onClick={() =>
          branch && save(recordingBlob(branch.log), `${branch.log.header.scenario || 'fleet'}.ndjson`)
        }
      >
        <SaveIcon />
        <span class="chip__word">Save</span>
      </button>
      <button type="button" class="chip" aria-label="Open" onClick={() => fileRef.current?.click()}>
        <OpenIcon />
        <span class="chip__word">Open</span>
      </button>
      <input
        ref={fileRef}
        type="file"
        hidden
        aria-label="Recording"
        accept=".ndjson,.gz,application/x-ndjson,application/gzip"
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = '';
          if (file !== undefined) void director.openFile(file);
        }}
      />
    </>
  );
}

function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name.replaceAll(/[^a-z0-9.-]+/gi, '-');
  link.click();
  // The download has begun by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

function ShareButton(): JSX.Element {
  const { viewer, director } = useSwarm();
  const [said, setSaid] = useState('');
  const subject = useStore(director.subject);
  const share = async () => {
    history.replaceState(null, '', `${location.pathname}${searchOf(viewer, director)}`);
    try {
      await navigator.clipboard.writeText(location.href);
      setSaid('Link copied');
    } catch {
      // No permission, or no secure page: the address bar has it.
      setSaid('The link is in the address bar');
    }
    setTimeout(() => setSaid(''), 3_000);
  };
  return (
    <>
      <button
        type="button"
        class="chip"
        disabled={subject === undefined || subject.kind === 'file'}
        onClick={() => void share()}
      >
        <ShareIcon />
        {said === '' ? 'Share' : said}
      </button>
      <span class="visually-hidden" role="status">
        {said}
      </span>
    </>
  );
}
