/** One photo on its way, or at its end. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { CloseIcon } from '../../parts/icons.tsx';
import { type Store, useStore } from '../../store.ts';
import { bytesWords } from '../../words/bytes-words.ts';
import { useDesk } from '../desk-context.ts';
import { spreadWords } from '../images/spread-words.ts';
import { AlertIcon, CheckIcon } from '../parts/desk-icons.tsx';
import { Thumbnail } from './thumbnail.tsx';
import { percentOf, stateWords, type UploadItem } from './upload-item.ts';

export function UploadRow({ itemKey }: { readonly itemKey: string }): JSX.Element | null {
  const store = useDesk().uploads.item(itemKey);
  return store === undefined ? null : <Row store={store} />;
}

function Row({ store }: { readonly store: Store<UploadItem> }): JSX.Element {
  const item = useStore(store);
  const { uploads } = useDesk();
  const { key, file, state } = item;
  const isFailed = state.kind === 'failed';
  return (
    <li class={`upload upload--${state.kind}`} data-state={state.kind}>
      <Thumbnail file={file} />
      <div class="upload__words">
        <span class="upload__name" dir="auto">
          {file.name}
        </span>
        <span class="upload__state" role={isFailed ? 'alert' : undefined}>
          {state.kind === 'ready' && <CheckIcon />}
          {isFailed && <AlertIcon />}
          <StateWords item={item} />
        </span>
      </div>
      {state.kind !== 'failed' && <AltField key={key} item={item} />}
      <div class="upload__actions">
        {isFailed && state.canRetry && (
          <button type="button" class="button button--quiet" onClick={() => uploads.retry(key)}>
            Retry
          </button>
        )}
        {isFailed ? (
          <button
            type="button"
            class="button button--quiet"
            aria-label={`Remove ${file.name}`}
            onClick={() => void uploads.remove(key)}
          >
            Remove
          </button>
        ) : (
          state.kind !== 'ready' && (
            <button
              type="button"
              class="icon-button"
              aria-label={`Cancel ${file.name}`}
              onClick={() => void uploads.remove(key)}
            >
              <CloseIcon />
            </button>
          )
        )}
      </div>
      {item.wordsProblem !== undefined && (
        <p class="problem upload__problem" role="alert">
          The words are not saved: {item.wordsProblem}
        </p>
      )}
      {(state.kind === 'uploading' || state.kind === 'processing') && (
        <progress
          class={`upload__bar upload__bar--${state.kind}`}
          max={100}
          value={percentOf(state)}
          aria-label={`${file.name}: ${stateWords(state)}`}
        />
      )}
    </li>
  );
}

function StateWords({ item: { state, file } }: { readonly item: UploadItem }): JSX.Element {
  const facts = useStore(useDesk().products.facts);
  if (state.kind !== 'ready') {
    const size = state.kind === 'waiting' ? `, ${bytesWords(file.size)}` : '';
    return <>{`${stateWords(state)}${size}`}</>;
  }
  const edges = facts.get(state.image.id)?.edges;
  return <>{edges === undefined ? 'Ready' : `Ready, ${spreadWords(edges)}`}</>;
}

/** People stop typing for a moment between words; a request for each letter is too many. */
const TYPED_AFTER_MS = 500;

function AltField({ item }: { readonly item: UploadItem }): JSX.Element {
  const { uploads, session } = useDesk();
  const state = useStore(session.state);
  const [text, setText] = useState(item.alt);
  useEffect(() => {
    if (text === item.alt) return;
    const timer = setTimeout(() => uploads.setAlt(item.key, text), TYPED_AFTER_MS);
    return () => clearTimeout(timer);
  }, [uploads, item.key, item.alt, text]);
  return (
    <input
      class="field__input upload__alt"
      type="text"
      dir="auto"
      placeholder="What does it show?"
      aria-label={`What ${item.file.name} shows, for those who do not see it`}
      maxLength={state.kind === 'in' ? state.limits.maxAltCharacters : undefined}
      value={text}
      onInput={(event) => setText(event.currentTarget.value)}
      onBlur={() => uploads.setAlt(item.key, text)}
    />
  );
}
