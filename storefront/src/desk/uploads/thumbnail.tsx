/** A small picture of a file on this machine, made when it comes into view, one at a time. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { PhotoIcon } from '../parts/desk-icons.tsx';

const WIDTH_PX = 96;

/** Decoding a photo takes 100 MB for a moment: hundreds at once would end the tab. */
let line: Promise<unknown> = Promise.resolve();

export function Thumbnail({ file }: { readonly file: File }): JSX.Element {
  const boxRef = useRef<HTMLSpanElement>(null);
  const canvasRef = useRef<HTMLCanvasElement>(null);
  const [isMade, setMade] = useState(false);
  useEffect(() => {
    const box = boxRef.current;
    if (box === null) return;
    let isGone = false;
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      line = line.then(async () => {
        if (isGone) return;
        const canvas = canvasRef.current;
        if (canvas !== null) setMade(await draw(file, canvas));
      });
    });
    observer.observe(box);
    return () => {
      isGone = true;
      observer.disconnect();
    };
  }, [file]);
  return (
    <span ref={boxRef} class={isMade ? 'thumb' : 'thumb thumb--empty'}>
      {!isMade && <PhotoIcon />}
      <canvas ref={canvasRef} hidden={!isMade} />
    </span>
  );
}

/** A file that is no photo has no picture; the origin will say so. */
async function draw(file: File, canvas: HTMLCanvasElement): Promise<boolean> {
  const bitmap = await createImageBitmap(file, { resizeWidth: WIDTH_PX, resizeQuality: 'medium' }).catch(
    () => undefined,
  );
  if (bitmap === undefined) return false;
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
  bitmap.close();
  return true;
}
