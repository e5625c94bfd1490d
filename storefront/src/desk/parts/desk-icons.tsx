/** Line drawings of the desk, as those of the shop. */
import { Icon } from '../../parts/icon.tsx';

export const GripIcon = () => (
  <Icon>
    <path d="M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01" stroke-width="2.6" />
  </Icon>
);
export const PhotoIcon = () => (
  <Icon>
    <rect x="3.5" y="5" width="17" height="14" rx="2" />
    <path d="m4 17 5-5 4 4 3-3 4 4" />
    <circle cx="15.500" cy="9.500" r="1.300" />
  </Icon>
);
export const CheckIcon = () => (
  <Icon>
    <path d="m5 12.500 4.500 4.500L19 7.500" />
  </Icon>
);
export const AlertIcon = () => (
  <Icon>
    <path d="M12 8v5M12 16.500h.01" />
    <circle cx="12" cy="12" r="8.500" />
  </Icon>
);
