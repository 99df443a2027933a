import type { WriteCondition } from './bucket';
import { isMissing } from '../client/faults';
import { codeOf } from '../../base/errors/foreignError';

/** The headers of a conditional write; none where the store told no ETag to judge by. */
export function conditionHeaders(condition: WriteCondition | undefined): Record<string, string> {
	if (!condition || condition.etag === '') return {};
	const { etag } = condition;
	return etag === null ? { 'If-None-Match': '*' } : { 'If-Match': `"${etag}"` };
}

const PRECONDITION_FAILED = 412;
const CONFLICT = 409;
const NOT_IMPLEMENTED = 501;

/** What stands under the key is not what the writer had judged; 409: somebody else writes it at this moment. */
export function isRefusedCondition(error: unknown, status: number): boolean {
	return (
		[PRECONDITION_FAILED, CONFLICT].includes(status) ||
		// Some have no 412 for an object that is gone.
		isMissing(error) ||
		['PreconditionFailed', 'ConditionalRequestConflict'].includes(codeOf(error) ?? '')
	);
}

/** The store knows no conditional writes, and says so in place of writing. */
export function isUnknownCondition(status: number): boolean {
	return status === NOT_IMPLEMENTED;
}
