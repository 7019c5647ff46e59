/** How long an answer is kept where the request says nothing of it: a week. */
export const USUAL_CACHE_SECONDS = 604_800;
