import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';

export function CopyMagnet({ magnet }: { readonly magnet: string }): JSX.Element {
  const [words, setWords] = useState('Copy magnet link');
  const [isShown, setShown] = useState(false);
  const inputRef = useRef<HTMLInputElement>(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(magnet);
      setWords('Copied');
    } catch {
      // Over plain http there is no clipboard for pages: then a person copies.
      setShown(true);
      requestAnimationFrame(() => inputRef.current?.select());
    }
  };
  return (
    <>
      <button type="button" class="button button--quiet" onClick={copy}>
        <span aria-live="polite">{words}</span>
      </button>
      {isShown && (
        <input
          ref={inputRef}
          class="field__input image-links__magnet"
          readOnly
          value={magnet}
          aria-label="Magnet link"
        />
      )}
    </>
  );
}
