/** Set by a build with short limits; nothing in the published one. */
declare const __LIMIT_SCALE__: number | undefined;

const scale = typeof __LIMIT_SCALE__ === 'number' ? __LIMIT_SCALE__ : 1;

const seconds = (count: number) => Math.round(count * 1000 * scale);

/** How long what may take, in milliseconds. An item's own deadline and Stop end it before. */
export const LIMITS = {
	/** RunPod sends nothing: no connection, no answer, no more of it. */
	connectMs: seconds(10),
	silenceMs: seconds(30),
	/** One request to RunPod and its whole answer. */
	wholeMs: seconds(60),
	/** So much more for each megabyte that has come of a large answer: 50 kB a second. */
	perMegabyteMs: seconds(20),
	/** One call with its repetitions, such as a look at a job or a cancel. */
	callMs: seconds(60),
	/** One try of a cancel: the next one may fare better. */
	cancelTryMs: seconds(10),
	/** MinIO sends nothing, or takes nothing. */
	storageSilenceMs: seconds(15),
	/** One small request to MinIO and its whole answer. */
	storageWholeMs: seconds(30),
	/** So much more for each megabyte of a file, up or down: 50 kB a second. */
	storagePerMegabyteMs: seconds(20),
	/** A file of n8n gives nothing. */
	binarySilenceMs: seconds(60),
	/** A note or a look that is not needed for the result. */
	noteMs: seconds(5),
	/** The log of a worker, which has no end: so long it is listened to. */
	workerLogMs: seconds(3),
	/** All that is asked of the single workers of an endpoint. */
	workersMs: seconds(15),
	/** All looks into the inputs of one run; then its jobs are sent without them. */
	looksMs: seconds(60),
	/** The look at a finished video. */
	verifyMs: seconds(15),
	/** After Stop or the deadline the item waits no longer for what is under way, such as the answer to a cancel. */
	graceMs: 1500,
	/** Setting min workers back: one try, all tries after a stop (30 s with the grace), and when nobody waits for it. */
	setBackTryMs: seconds(8),
	setBackMs: seconds(28),
	setBackPatientlyMs: seconds(300),
	/** So long the terminal waits for the answer to a cancel (30 s with the grace). */
	cancelWaitMs: seconds(28),
	/** A form that somebody looks at: a credential test, a list to choose from. */
	formMs: seconds(15),
	/** The look at a job that a callback tells of: RunPod is answered before it may give the call up, so that it repeats it. */
	callbackMs: seconds(8),
	/** A callback waits so long until n8n has saved what the one before it has started. */
	startMs: seconds(10),
	/** n8n gives a tool 30 s where it runs one by itself: so long a job is waited for, and then the answer is due. */
	toolWaitMs: seconds(18),
	toolAnswerMs: seconds(25),
	/** A refusal counts when it has lasted so long. */
	refusedMs: seconds(60),
	/** RunPod may not know a job for a while: 150 s is what projects in production wait. */
	missingMs: seconds(150),
} as const;

/** RunPod keeps a job for a day where the request names no other time to live. */
export const DEFAULT_TTL_MS = 24 * 3_600_000;
