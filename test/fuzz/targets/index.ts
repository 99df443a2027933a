import type { FuzzTarget } from '../target';
import { challenges, publicAddresses, shareLinks } from './contract/addresses';
import { inlineTexts, inlineVideos } from './contract/inlineFiles';
import { jobInputs } from './contract/jobInput';
import { locatorValues, models, sameEndpoint } from './contract/locators';
import { filledKeys, objectKeys } from './contract/objectKeys';
import { mediaFiles, mp4Facts } from './media/mp4';
import { settingsFiles } from './settings/dotenv';
import { itemErrors } from './settings/itemErrors';
import { looks } from './settings/looks';
import { money } from './settings/money';
import { endpointTexts, links } from './storage/links';
import { changedRecords, records, unreadableRecords } from './storage/records';
import { storeAnswers } from './storage/storeAnswers';
import { generate } from './generate';
import { callbacks, healthBodies } from './wire/callbacks';
import { jobStates, saidStates } from './wire/jobStates';
import { queueAnswers } from './wire/queueAnswers';
import { remoteTexts } from './wire/remoteText';
import { retryAfter } from './wire/retryAfter';
import { paidResults, placedLinks } from './wire/workerOutput';
import { management } from './management';
import { anyManagementAnswers, managementAnswers } from './managementAnswers';

/** All of them, in the order in which they are run and printed. */
export const targets: readonly FuzzTarget[] = [
	jobInputs,
	objectKeys,
	filledKeys,
	locatorValues,
	sameEndpoint,
	models,
	publicAddresses,
	shareLinks,
	challenges,
	inlineVideos,
	inlineTexts,
	generate,
	jobStates,
	saidStates,
	paidResults,
	placedLinks,
	queueAnswers,
	callbacks,
	healthBodies,
	retryAfter,
	remoteTexts,
	records,
	unreadableRecords,
	changedRecords,
	mediaFiles,
	mp4Facts,
	links,
	endpointTexts,
	storeAnswers,
	settingsFiles,
	itemErrors,
	looks,
	money,
	management,
	managementAnswers,
	anyManagementAnswers,
];
