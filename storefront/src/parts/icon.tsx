/** The frame of a line drawing, 24 by 24, in the colour of the text around it. Hidden from screen readers: the text says it. */
import type { ComponentChildren, JSX } from 'preact';

interface IconProps {
  readonly children: ComponentChildren;
  /** Of the lines, in the drawing's units. Default 1.6. */
  readonly strokeWidth?: string;
}

export function Icon({ children, strokeWidth = '1.6' }: IconProps): JSX.Element {
  return (
    <svg
      class="icon"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width={strokeWidth}
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      {children}
    </svg>
  );
}
