/** Asks for the address of an origin whose fleet is to be watched. Watching changes nothing there. */
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { useSwarm } from '../viewer-context.ts';
import { useModal } from './use-modal.ts';

export function FleetDialog({
  isOpen,
  onClose,
}: {
  readonly isOpen: boolean;
  readonly onClose: () => void;
}): JSX.Element {
  const { director } = useSwarm();
  const dialogRef = useModal(isOpen);
  const addressRef = useRef<HTMLInputElement>(null);
  return (
    <dialog ref={dialogRef} class="help" aria-labelledby="fleet-title" onClose={onClose}>
      <h2 id="fleet-title">Watch a fleet</h2>
      <form
        class="fleet-form"
        onSubmit={(event) => {
          event.preventDefault();
          const address = addressRef.current?.value.trim() ?? '';
          onClose();
          director.openFleet(address);
        }}
      >
        <label>
          Address of its origin
          <input ref={addressRef} type="url" required defaultValue={location.origin} />
        </label>
        <p class="hint">
          The page only reads: it asks the origin for its edges, and each node for its trace.
        </p>
        <div class="chips">
          <button type="submit" class="chip">
            Watch
          </button>
          <button type="button" class="chip" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </dialog>
  );
}
