/** Real photos for tests; see photos/CREDITS.md. */
import { fileURLToPath } from 'node:url';

/** 5312 x 2988, 15.9 megapixels. */
export const PHOTO_PATH = fileURLToPath(
  new URL('./photos/seeding_by_Clements_Engelhardt.jpg', import.meta.url),
);
