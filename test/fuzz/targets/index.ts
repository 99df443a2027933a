import type { FuzzTarget } from '../target';
import { generate } from './generate';
import { callbacks, healthBodies } from './wire/callbacks';
import { jobStates, saidStates } from './wire/jobStates';
import { queueAnswers } from './wire/queueAnswers';
import { retryAfter } from './wire/retryAfter';
import { paidResults, placedLinks } from './wire/workerOutput';

/** All of them, in the order in which they are run and printed. */
export const targets: readonly FuzzTarget[] = [
	generate,
	jobStates,
	saidStates,
	paidResults,
	placedLinks,
	queueAnswers,
	callbacks,
	healthBodies,
	retryAfter,
];
