/** How the program ends; `docs/deploy.md` lists them. */
export const EXIT = {
	done: 0,
	/** RunPod could not be reached, or refused; the message says what exists. */
	failed: 1,
	/** A flag, variable or file is missing or malformed; nothing was sent. */
	usage: 2,
	/** The plan was shown and not confirmed; nothing was changed. */
	notConfirmed: 3,
	/** The endpoint is there, but no worker of it is ready. */
	notReady: 4,
	interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
