/** How far a photo on the stage is zoomed, and where to. Pure; lengths in CSS pixels, points from the stage's centre. */

export interface Zoom {
  /** 1: all of the photo. */
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface StageSize {
  readonly width: number;
  readonly height: number;
}

export const NOT_ZOOMED: Zoom = { scale: 1, x: 0, y: 0 };
export const ZOOM_STEP = 2.5;
const SCALE_SEEN = 1.1;
/** The widest rendition has no more to show. */
const SCALE_MAX = 5;

/** Zooms so that what is under the point stays under it. */
export function zoomAt(zoom: Zoom, scale: number, point: Point, stage: StageSize): Zoom {
  const next = Math.min(SCALE_MAX, Math.max(1, scale));
  const ratio = next / zoom.scale;
  return bounded(
    { scale: next, x: point.x - (point.x - zoom.x) * ratio, y: point.y - (point.y - zoom.y) * ratio },
    stage,
  );
}

export function panBy(zoom: Zoom, by: Point, stage: StageSize): Zoom {
  return bounded({ ...zoom, x: zoom.x + by.x, y: zoom.y + by.y }, stage);
}

/** When the fingers leave: nobody sees so little, and swipes would move the photo by it instead of turning the page. */
export function settled(zoom: Zoom): Zoom {
  return zoom.scale < SCALE_SEEN ? NOT_ZOOMED : zoom;
}

/** The photo's edges never come into the stage. */
function bounded({ scale, x, y }: Zoom, { width, height }: StageSize): Zoom {
  if (scale === 1) return NOT_ZOOMED;
  const clamp = (value: number, length: number) => {
    const most = (length * (scale - 1)) / 2;
    return Math.min(most, Math.max(-most, value));
  };
  return { scale, x: clamp(x, width), y: clamp(y, height) };
}
