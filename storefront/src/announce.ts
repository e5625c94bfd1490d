/** Words for screen readers when something changes that only eyes would notice. */
import { createStore } from './store.ts';

export const announcement = createStore('');

export function announce(text: string): void {
  announcement.set(text);
}
