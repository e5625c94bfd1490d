/** One photo: its words, its renditions side by side, its torrent, its end. */
import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { Image } from '../../../../shared/api-types/catalog.ts';
import { announce } from '../../announce.ts';
import type { Refusal } from '../../answers/answer.ts';
import { useStore } from '../../store.ts';
import { useDesk } from '../desk-context.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Problem } from '../parts/notice.tsx';
import type { PurgeAnswer } from '../products/desk-products.ts';
import { PurgeReport } from '../purge/purge-report.tsx';
import { Compare } from './compare.tsx';
import { CopyMagnet } from './copy-magnet.tsx';
import { Renditions } from './renditions.tsx';

export interface ImageDialogProps {
  readonly image: Image;
  readonly onClose: () => void;
}

export function ImageDialog({ image, onClose }: ImageDialogProps): JSX.Element {
  const { products } = useDesk();
  const sourceBytes = useStore(products.facts).get(image.id)?.sourceBytes ?? null;
  const [purged, setPurged] = useState<PurgeAnswer | undefined>();
  if (purged)
    return (
      // Another dialog, which takes the focus: the button that had it is gone.
      <Dialog key="purged" heading="Purged" onClose={onClose}>
        <PurgeReport answer={purged} />
      </Dialog>
    );
  return (
    <Dialog heading="Photo" isWide onClose={onClose}>
      <AltForm image={image} />
      <Compare image={image} />
      <Renditions image={image} sourceBytes={sourceBytes} />
      <div class="image-links">
        <CopyMagnet magnet={image.magnet} />
        <a class="button button--quiet" href={`/torrents/${image.infoHash}.torrent`} download>
          Download .torrent
        </a>
        <a class="button button--quiet" href={`/images/${image.id}`} target="_blank" rel="noopener">
          Open
        </a>
      </div>
      <Ends image={image} onClose={onClose} onPurged={setPurged} />
    </Dialog>
  );
}

function AltForm({ image }: { readonly image: Image }): JSX.Element {
  const { products, session } = useDesk();
  const state = useStore(session.state);
  const [alt, setAlt] = useState(image.alt);
  const [refusal, setRefusal] = useState<Refusal | undefined>();
  const isSaved = alt === image.alt;
  const save = async (event: Event) => {
    event.preventDefault();
    if (isSaved) return;
    const answer = await products.changeImage(image.id, { alt });
    setRefusal(answer.ok ? undefined : answer.refusal);
    if (!answer.ok) return;
    setAlt(answer.value.alt);
    announce('Saved');
  };
  return (
    <form class="alt-form" onSubmit={save}>
      <label class="field">
        <span class="field__label">What it shows, for those who do not see it</span>
        <input
          class="field__input"
          type="text"
          dir="auto"
          autocomplete="off"
          maxLength={state.kind === 'in' ? state.limits.maxAltCharacters : undefined}
          value={alt}
          onInput={(event) => setAlt(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="button button--quiet" aria-disabled={isSaved}>
        {isSaved && alt !== '' ? 'Saved' : 'Save'}
      </button>
      <Problem refusal={refusal} />
    </form>
  );
}

/** What takes the place of a button that was pressed has the focus, and is in sight: else keys start at the top again. */
const takeFocus = (button: HTMLButtonElement | null) => button?.focus();

/** Off the product, or off everything. */
interface EndsProps extends ImageDialogProps {
  readonly onPurged: (answer: PurgeAnswer) => void;
}

function Ends({ image, onClose, onPurged }: EndsProps): JSX.Element {
  const { products } = useDesk();
  const [step, setStep] = useState<'none' | 'sure' | 'purging'>('none');
  const wasAsked = useRef(false);
  const [refusal, setRefusal] = useState<Refusal | undefined>();
  const ask = () => {
    wasAsked.current = true;
    setStep('sure');
  };
  const takeOff = async () => {
    const answer = await products.changeImage(image.id, { product: null });
    if (answer.ok) onClose();
    else setRefusal(answer.refusal);
  };
  const purge = async () => {
    if (step === 'purging') return;
    setStep('purging');
    const answer = await products.purge(image.id);
    if (answer.ok) return onPurged(answer.value);
    setRefusal(answer.refusal);
    setStep('none');
  };
  if (step !== 'none')
    return (
      <div class="ends ends--sure" role="alert">
        <p>It goes from the origin and from every edge, and cannot be brought back.</p>
        <div class="dialog__actions">
          {step === 'sure' && (
            <button
              ref={takeFocus}
              type="button"
              class="button button--quiet"
              onClick={() => setStep('none')}
            >
              Keep it
            </button>
          )}
          <button
            type="button"
            class="button button--danger"
            aria-disabled={step === 'purging'}
            onClick={purge}
          >
            {step === 'purging' ? 'Purging…' : 'Purge it everywhere'}
          </button>
        </div>
      </div>
    );
  return (
    <div class="ends">
      <button type="button" class="button button--quiet" onClick={takeOff}>
        Take it off the product
      </button>
      <button
        ref={wasAsked.current ? takeFocus : null}
        type="button"
        class="button button--quiet button--warn"
        onClick={ask}
      >
        Purge…
      </button>
      <Problem refusal={refusal} />
    </div>
  );
}
