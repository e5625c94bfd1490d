/** Keys of the page, in a dialog that `?` opens. */
import type { JSX } from 'preact';
import { useModal } from './use-modal.ts';

const KEYS: readonly (readonly [string, string])[] = [
  ['Space', 'play or pause'],
  ['← →', 'the message before, the next message'],
  ['Shift ← →', 'the verified piece before, the next one'],
  ['[ ]', 'the choking round before, the next one'],
  ['- +', 'slower, faster'],
  ['Home End', 'the beginning, the end'],
  ['Tab', 'from node to node in the picture; Enter looks inside'],
  ['Esc', 'look away'],
  ['?', 'this list'],
];

export function HelpDialog({
  isOpen,
  onClose,
}: {
  readonly isOpen: boolean;
  readonly onClose: () => void;
}): JSX.Element {
  const dialogRef = useModal(isOpen);
  return (
    <dialog ref={dialogRef} class="help" aria-labelledby="help-title" onClose={onClose}>
      <div class="panel__head">
        <h2 id="help-title">Keys</h2>
        <button type="button" class="chip" onClick={onClose}>
          Close
        </button>
      </div>
      <dl>
        {KEYS.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              {keys.split(' ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <p class="hint">
        A fish is a block of 16 KiB on its way. What each mark means stands below the picture.
      </p>
    </dialog>
  );
}
