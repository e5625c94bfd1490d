/** Fingers, mouse, wheel and keys on the stage: swipe, pinch, pan, zoom. */
import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import {
  NOT_ZOOMED,
  type Point,
  panBy,
  type StageSize,
  settled,
  ZOOM_STEP,
  type Zoom,
  zoomAt,
} from './zoom.ts';

const SWIPE_PX = 40;
/** A hand is not still: less than this is a click. */
const CLICK_PX = 6;
const PAN_KEY_PX = 60;
const WHEEL_FACTOR = 0.01;
const PAN_KEYS: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: PAN_KEY_PX, y: 0 },
  ArrowRight: { x: -PAN_KEY_PX, y: 0 },
  ArrowUp: { x: 0, y: PAN_KEY_PX },
  ArrowDown: { x: 0, y: -PAN_KEY_PX },
};

export interface ZoomHandle {
  readonly zoom: Zoom;
  readonly toggle: () => void;
  /** Answers whether the key was the zoom's. */
  readonly onKey: (key: string) => boolean;
  readonly pointer: {
    readonly onPointerDown: (event: PointerEvent) => void;
    readonly onPointerMove: (event: PointerEvent) => void;
    readonly onPointerUp: (event: PointerEvent) => void;
    readonly onPointerCancel: (event: PointerEvent) => void;
    readonly onWheel: (event: WheelEvent) => void;
  };
}

/** @param shown what is on the stage: another photo begins unzoomed */
export function useZoom(
  stageRef: RefObject<HTMLDivElement | null>,
  shown: string,
  onSwipe: (step: 1 | -1) => void,
): ZoomHandle {
  const [zoom, setZoom] = useState(NOT_ZOOMED);
  const fingers = useRef(new Map<number, Point>());
  const movedPx = useRef<Point>({ x: 0, y: 0 });
  const wasPinched = useRef(false);
  useEffect(() => setZoom(NOT_ZOOMED), [shown]);

  const stage = (): StageSize => {
    const { clientWidth, clientHeight } = stageRef.current ?? { clientWidth: 1, clientHeight: 1 };
    return { width: clientWidth, height: clientHeight };
  };
  // A phone that is turned: what was within the stage may be beside it now.
  useEffect(() => {
    const stay = () =>
      setZoom((zoomed) => (zoomed.scale > 1 ? panBy(zoomed, { x: 0, y: 0 }, stage()) : zoomed));
    window.addEventListener('resize', stay);
    return () => window.removeEventListener('resize', stay);
  }, []);
  const fromCentre = ({ clientX, clientY }: MouseEvent): Point => {
    const { left, top, width, height } = stageRef.current!.getBoundingClientRect();
    return { x: clientX - left - width / 2, y: clientY - top - height / 2 };
  };
  const toggleAt = (point: Point) =>
    setZoom((now) => (now.scale > 1 ? NOT_ZOOMED : zoomAt(now, ZOOM_STEP, point, stage())));

  const onPointerMove = (event: PointerEvent) => {
    const before = fingers.current.get(event.pointerId);
    if (before === undefined) return;
    const now = fromCentre(event);
    const by = { x: now.x - before.x, y: now.y - before.y };
    const other = [...fingers.current].find(([id]) => id !== event.pointerId)?.[1];
    fingers.current.set(event.pointerId, now);
    movedPx.current = { x: movedPx.current.x + by.x, y: movedPx.current.y + by.y };
    if (other === undefined) {
      setZoom((zoomed) => (zoomed.scale > 1 ? panBy(zoomed, by, stage()) : zoomed));
      return;
    }
    wasPinched.current = true;
    const ratio = distance(now, other) / Math.max(1, distance(before, other));
    const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
    setZoom((zoomed) => zoomAt(zoomed, zoomed.scale * ratio, middle, stage()));
  };
  const onPointerUp = (event: PointerEvent) => {
    if (!fingers.current.delete(event.pointerId) || fingers.current.size > 0) return;
    if (wasPinched.current) return setZoom(settled);
    const { x, y } = movedPx.current;
    const isMouse = event.pointerType === 'mouse';
    if (Math.hypot(x, y) < CLICK_PX) {
      if (isMouse && event.button === 0) toggleAt(fromCentre(event));
    } else if (!isMouse && zoom.scale === 1 && Math.abs(x) > SWIPE_PX) onSwipe(x < 0 ? 1 : -1);
  };

  return {
    zoom,
    toggle: () => toggleAt({ x: 0, y: 0 }),
    onKey: (key) => {
      const by = PAN_KEYS[key];
      if (zoom.scale === 1) return false;
      if (key === 'Escape') setZoom(NOT_ZOOMED);
      else if (by !== undefined) setZoom(panBy(zoom, by, stage()));
      else return false;
      return true;
    },
    pointer: {
      onPointerDown: (event) => {
        // A finger on a button may be one of two that pinch; taken hold of, it would no longer press the button.
        const isOnButton = event.target instanceof Element && event.target.closest('button') !== null;
        if (isOnButton && event.pointerType === 'mouse') return;
        if (fingers.current.size === 0) {
          movedPx.current = { x: 0, y: 0 };
          wasPinched.current = false;
        }
        fingers.current.set(event.pointerId, fromCentre(event));
        if (!isOnButton) stageRef.current?.setPointerCapture(event.pointerId);
      },
      onPointerMove,
      onPointerUp,
      onPointerCancel: (event) => {
        fingers.current.delete(event.pointerId);
        if (fingers.current.size === 0) setZoom(settled);
      },
      // Two fingers on a trackpad come as a wheel with the control key.
      onWheel: (event) => {
        if (!event.ctrlKey) return;
        event.preventDefault();
        const point = fromCentre(event);
        const factor = Math.exp(-event.deltaY * WHEEL_FACTOR);
        setZoom((zoomed) => zoomAt(zoomed, zoomed.scale * factor, point, stage()));
      },
    },
  };
}

const distance = (a: Point, b: Point) => Math.hypot(a.x - b.x, a.y - b.y);
