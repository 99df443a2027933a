import type { FuzzTarget } from '../target';
import { inlineTexts, inlineVideos } from './contract/inlineFiles';
import { jobInputs } from './contract/jobInput';
import { locatorValues, models, sameEndpoint } from './contract/locators';
import { filledKeys, objectKeys } from './contract/objectKeys';
import { callbacks, healthBodies } from './wire/callbacks';
import { jobStates, saidStates } from './wire/jobStates';
import { queueAnswers } from './wire/queueAnswers';
import { retryAfter } from './wire/retryAfter';
import { paidResults, placedLinks } from './wire/workerOutput';

/** All of them, in the order in which they are run and printed. */
export const targets: readonly FuzzTarget[] = [
	jobInputs,
	objectKeys,
	filledKeys,
	locatorValues,
	sameEndpoint,
	models,
	inlineVideos,
	inlineTexts,
	jobStates,
	saidStates,
	paidResults,
	placedLinks,
	queueAnswers,
	callbacks,
	healthBodies,
	retryAfter,
];
