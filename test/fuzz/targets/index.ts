import type { FuzzTarget } from '../target';
import { management } from './management';
import { anyManagementAnswers, managementAnswers } from './managementAnswers';
import { retryAfter } from './retryAfter';

/** All of them, in the order in which they are run and printed. */
export const targets: readonly FuzzTarget[] = [
	retryAfter,
	management,
	managementAnswers,
	anyManagementAnswers,
];
