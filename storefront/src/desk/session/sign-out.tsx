/** Signing out: what is under way is stopped first, for the origin takes no word of a session that has ended. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Refusal } from '../../answers/answer.ts';
import { useDesk } from '../desk-context.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Problem } from '../parts/notice.tsx';

export function SignOut(): JSX.Element {
  const { session, uploads } = useDesk();
  const [isAsking, setAsking] = useState(false);
  const [isLeaving, setLeaving] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | undefined>();
  const leave = async () => {
    if (isLeaving) return;
    setLeaving(true);
    await uploads.clear();
    const answer = await session.signOut();
    if (answer.ok) return;
    setLeaving(false);
    setRefusal(answer.refusal);
    setAsking(true);
  };
  const stay = () => {
    setAsking(false);
    setRefusal(undefined);
  };
  const words = refusal ? 'Try again' : 'Stop them and sign out';
  return (
    <>
      <button
        type="button"
        class="button button--quiet"
        aria-disabled={isLeaving}
        onClick={() => (uploads.isBusy ? setAsking(true) : void leave())}
      >
        {isLeaving ? 'Signing out…' : 'Sign out'}
      </button>
      {isAsking && (
        <Dialog heading={refusal ? 'You are still signed in' : 'Photos are on their way'} onClose={stay}>
          {!refusal && <p>Signing out stops the uploads that are not ready yet.</p>}
          <Problem refusal={refusal} />
          <div class="dialog__actions">
            <button type="button" class="button button--quiet" onClick={stay}>
              Stay
            </button>
            <button
              type="button"
              class="button button--danger"
              aria-disabled={isLeaving}
              onClick={() => void leave()}
            >
              {isLeaving ? 'Signing out…' : words}
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}
