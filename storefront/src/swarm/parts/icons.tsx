/** Line drawings of the swarm page, 24 by 24, in the colour of the text around them; the text says what they mean. */
import type { ComponentChildren, JSX } from 'preact';

function Icon({ children }: { readonly children: ComponentChildren }): JSX.Element {
  return (
    <svg
      class="icon"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.8"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      {children}
    </svg>
  );
}

export const PlayIcon = () => (
  <Icon>
    <path d="M8 5.500v13l11-6.500z" fill="currentColor" />
  </Icon>
);
export const PauseIcon = () => (
  <Icon>
    <path d="M8 5.500v13M16 5.500v13" stroke-width="3.4" />
  </Icon>
);
export const EarlierIcon = () => (
  <Icon>
    <path d="m15 5-7 7 7 7" />
  </Icon>
);
export const LaterIcon = () => (
  <Icon>
    <path d="m9 5 7 7-7 7" />
  </Icon>
);
export const SaveIcon = () => (
  <Icon>
    <path d="M12 4v11m-5-4.500 5 5 5-5M5 20h14" />
  </Icon>
);
export const OpenIcon = () => (
  <Icon>
    <path d="M12 16V5m-5 4.500 5-5 5 5M5 20h14" />
  </Icon>
);
export const ShareIcon = () => (
  <Icon>
    <path d="M10 14 20 4m0 0h-6m6 0v6M18 14v5H5V6h5" />
  </Icon>
);
