/** What holds where an option is not set, in the form as in the request. A switch is off. */
const OPTION_DEFAULTS = {
	ifVideoExists: 'regenerate',
	maxJobs: 100,
	/** Automatic: as many as the endpoint has workers for. */
	maxParallelJobs: 0,
	maxRestarts: 2,
	onTimeout: 'cancel',
	outputName: 'stable',
	timeoutMinutes: 60,
} as const;

type OptionDefaults = typeof OPTION_DEFAULTS;

export function optionDefault<Name extends keyof OptionDefaults>(name: Name): OptionDefaults[Name] {
	return OPTION_DEFAULTS[name];
}

/** How the execution waits where it does: the form's field. */
export const WAIT_MODE = 'waitMode';
