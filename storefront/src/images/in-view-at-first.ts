/** Tells once whether an element is in view when it enters the page. */

const waiting = new Map<Element, (inView: boolean) => void>();
let observer: IntersectionObserver | undefined;

/**
 * With the next frame, whose layout the browser makes anyway: to measure each of ten boxes at the start would force one
 * of its own (47 ms on a slow phone). A tab that nobody looks at has no frames: there it is measured at once.
 */
export function whenFirstMeasured(element: Element, tell: (inView: boolean) => void): () => void {
  if (document.hidden) {
    tell(isInView(element.getBoundingClientRect()));
    return () => undefined;
  }
  observer ??= new IntersectionObserver(tellAll);
  waiting.set(element, tell);
  observer.observe(element);
  return () => forget(element);
}

function tellAll(entries: readonly IntersectionObserverEntry[]): void {
  for (const { target, isIntersecting } of entries) {
    const tell = waiting.get(target);
    forget(target);
    tell?.(isIntersecting);
  }
}

function forget(element: Element): void {
  waiting.delete(element);
  observer?.unobserve(element);
}

function isInView({ top, bottom, left }: DOMRect): boolean {
  return top < window.innerHeight && bottom > 0 && left < window.innerWidth;
}
