/** The time to take the page over: not before its largest photo is painted, if that is about to come. */

/** A shopper who waits longer for a photo may want to press something meanwhile. */
const LONGEST_MS = 300;

/**
 * Making the page its own holds a slow phone's main thread for a third of a second, and a photo that came by then is
 * painted only after it. A tab that nobody looks at paints nothing: there the time runs out.
 */
export function whenPainted(img: HTMLImageElement | null): Promise<void> {
  if (img === null) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, LONGEST_MS);
    const painted = () => {
      clearTimeout(timer);
      resolve();
    };
    // A frame is painted between its callback and the next task.
    const come = () => requestAnimationFrame(() => setTimeout(painted));
    img.decode().then(come, painted);
  });
}
