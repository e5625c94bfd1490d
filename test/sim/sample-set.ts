/** What one image takes, by the sample photos; `npm run bench -- sample-sets` measures it and says when it is so no more. */

/** All renditions. */
export const SAMPLE_SET_KIB = 446;
/** Its signed entry in the log, as an edge keeps it. */
export const LOG_ENTRY_BYTES = 3_305;
