/** Why a tracker's request or answer was not understood. Listed in docs/ERRORS.md. */
export type TrackerErrorCode = 'tracker_query_invalid' | 'tracker_response_invalid';
