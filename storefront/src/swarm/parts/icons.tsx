/** Line drawings of the swarm page, 24 by 24, in the colour of the text around them; the text says what they mean. */
import type { ComponentChildren, JSX } from 'preact';
import { Icon } from '../../parts/icon.tsx';

/** Small beside their words, so drawn a little stronger. */
const Bold = ({ children }: { readonly children: ComponentChildren }): JSX.Element => (
  <Icon strokeWidth="1.8">{children}</Icon>
);

export const PlayIcon = () => (
  <Bold>
    <path d="M8 5.500v13l11-6.500z" fill="currentColor" />
  </Bold>
);
export const PauseIcon = () => (
  <Bold>
    <path d="M8 5.500v13M16 5.500v13" stroke-width="3.4" />
  </Bold>
);
export const EarlierIcon = () => (
  <Bold>
    <path d="m15 5-7 7 7 7" />
  </Bold>
);
export const LaterIcon = () => (
  <Bold>
    <path d="m9 5 7 7-7 7" />
  </Bold>
);
export const SaveIcon = () => (
  <Bold>
    <path d="M12 4v11m-5-4.500 5 5 5-5M5 20h14" />
  </Bold>
);
export const OpenIcon = () => (
  <Bold>
    <path d="M12 16V5m-5 4.500 5-5 5 5M5 20h14" />
  </Bold>
);
export const ShareIcon = () => (
  <Bold>
    <path d="M10 14 20 4m0 0h-6m6 0v6M18 14v5H5V6h5" />
  </Bold>
);
