/** What holds where an option is not set. The form writes the same ones as literals, as its lint rule wants; a test compares them. */
export const OPTION_DEFAULTS = {
	checkOnly: false,
	downloadThumbnail: false,
	downloadVideo: false,
	ifVideoExists: 'regenerate',
	includeInputFields: false,
	maxJobs: 100,
	/** Automatic: as many as the endpoint has workers for. */
	maxParallelJobs: 0,
	maxRestarts: 2,
	onTimeout: 'cancel',
	outputName: 'stable',
	submitAnyway: false,
	timeoutMinutes: 60,
} as const;
