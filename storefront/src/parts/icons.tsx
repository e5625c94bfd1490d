/** Line drawings that more than one page uses, and those of the shop. */
import { Icon } from './icon.tsx';

export const SearchIcon = () => (
  <Icon>
    <circle cx="11" cy="11" r="6.5" />
    <path d="m16 16 4.5 4.5" />
  </Icon>
);
export const BagIcon = () => (
  <Icon>
    <path d="M5.5 8h13l1 12.500h-15z" />
    <path d="M8.5 10.500V7a3.5 3.5 0 0 1 7 0v3.5" />
  </Icon>
);
export const CloseIcon = () => (
  <Icon>
    <path d="m6 6 12 12M18 6 6 18" />
  </Icon>
);
export const BackIcon = () => (
  <Icon>
    <path d="M14.5 5 8 12l6.5 7" />
  </Icon>
);
export const NextIcon = () => (
  <Icon>
    <path d="M9.5 5 16 12l-6.5 7" />
  </Icon>
);
export const DownIcon = () => (
  <Icon>
    <path d="m5 9 7 7 7-7" />
  </Icon>
);
export const MinusIcon = () => (
  <Icon>
    <path d="M6 12h12" />
  </Icon>
);
export const PlusIcon = () => (
  <Icon>
    <path d="M6 12h12M12 6v12" />
  </Icon>
);
export const NodesIcon = () => (
  <Icon>
    <circle cx="6" cy="7" r="2.5" />
    <circle cx="18" cy="7" r="2.5" />
    <circle cx="12" cy="18" r="2.5" />
    <path d="M8.5 7h7M7.3 9.200l3.5 6.600M16.7 9.200l-3.5 6.6" />
  </Icon>
);
/** The mark of the shop: two fish, one way. */
export const ShoalMark = () => (
  <svg class="mark" viewBox="0 0 32 20" fill="currentColor" aria-hidden="true">
    <path d="M1 6c3.4-3.9 9.4-3.9 13 0l3.4-3v6L14 6C10.4 9.9 4.4 9.9 1 6z" />
    <path d="M12 14.500c3.4-3.9 9.4-3.9 13 0l3.4-3v6l-3.4-3c-3.6 3.9-9.6 3.9-13 0z" />
  </svg>
);
