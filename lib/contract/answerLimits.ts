/** No more is read of an answer of RunPod: its own limit for a result, which may hold the video, and what stands around it. */
export const MAX_ANSWER_BYTES = 20 * 1024 * 1024 + 64 * 1024;

/** An answer about a job that is larger may hold the video. */
export const LARGE_ANSWER_BYTES = 1_000_000;

/** So many large answers a process reads, and keeps in memory, at once. */
export const LARGE_ANSWERS_AT_ONCE = 4;
