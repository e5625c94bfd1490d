/** When the page's largest photo is on the screen: what else the page has to do then takes nothing from it. */

/** A shopper who waits longer for a photo may want to press something meanwhile. */
const LONGEST_MS = 300;
const LARGEST_PAINT = 'largest-contentful-paint';

/**
 * Making the page its own holds a slow phone's main thread for a third of a second, and a photo that came by then is
 * painted only after it. A tab that nobody looks at paints nothing: there the time runs out.
 */
export function whenPainted(img: HTMLImageElement | null): Promise<void> {
  if (img === null) return Promise.resolve();
  return new Promise((resolve) => {
    const watch = PerformanceObserver.supportedEntryTypes.includes(LARGEST_PAINT)
      ? watchPaints
      : watchDecoding;
    const done = () => {
      clearTimeout(timer);
      stop();
      resolve();
    };
    const timer = setTimeout(done, LONGEST_MS);
    const stop = watch(img, done);
  });
}

/** @returns how to stop */
type Watch = (img: HTMLImageElement, painted: () => void) => () => void;

/** The browser tells when it was seen: a thread of its own decodes it, so that is later than the frame it belongs to. */
const watchPaints: Watch = (img, painted) => {
  const observer = new PerformanceObserver((list) => {
    if (list.getEntries().some((entry) => 'element' in entry && entry.element === img)) painted();
  });
  observer.observe({ type: LARGEST_PAINT, buffered: true });
  // One that failed is never painted.
  img.decode().catch(painted);
  return () => observer.disconnect();
};

const watchDecoding: Watch = (img, painted) => {
  // A frame is painted between its callback and the next task.
  const come = () => requestAnimationFrame(() => setTimeout(painted));
  img.decode().then(come, painted);
  return () => undefined;
};
