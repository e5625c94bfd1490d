/** Tells once when an element comes near the visible part of the page: from then on its image should be loading. */
const NEAR_PX = 200;

const waiting = new Map<Element, () => void>();
let observer: IntersectionObserver | undefined;

export function whenNearView(element: Element, callback: () => void): () => void {
  observer ??= new IntersectionObserver(tellThoseNear, { rootMargin: `${NEAR_PX}px` });
  waiting.set(element, callback);
  observer.observe(element);
  return () => forget(element);
}

function tellThoseNear(entries: readonly IntersectionObserverEntry[]): void {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    const callback = waiting.get(entry.target);
    forget(entry.target);
    callback?.();
  }
}

function forget(element: Element): void {
  waiting.delete(element);
  observer?.unobserve(element);
}
