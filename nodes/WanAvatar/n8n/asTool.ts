import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { waitUnlessAborted } from '../../../lib/base/async/abort';
import { LIMITS } from '../../../lib/base/async/timeLimits';
import { WanAvatarError } from '../../../lib/base/errors/errors';
import { InvalidInput } from '../../../lib/base/errors/invalidInput';
import { clock } from './connections';

/**
 * Whether a model asks for this run: n8n makes of each node that is usable as a tool a second node type of this ending,
 * whoever calls it (AI Agent, Tools panel, MCP Server Trigger, n8n's own agents), and a workflow's node keeps it.
 */
export function runsAsTool(context: Pick<IExecuteFunctions, 'getNode'>): boolean {
	return context.getNode().type.endsWith('Tool');
}

/** Of what cannot work in a tool, which gets no files and hands none out. Older versions of n8n show it all the same. */
export const NOT_AS_TOOL: Required<Pick<INodeProperties, 'displayOptions'>> = {
	displayOptions: { hide: { '@tool': [true] } },
};

/** Of what only a model needs. */
export const ONLY_AS_TOOL: Required<Pick<INodeProperties, 'displayOptions'>> = {
	displayOptions: { show: { '@tool': [true] } },
};

/**
 * A model sends no files, and n8n hands a tool none of the agent's.
 * @throws InvalidInput
 */
export function assertGetsFiles(context: Pick<IExecuteFunctions, 'getNode'>, field: string): void {
	if (!runsAsTool(context)) return;
	const message = 'cannot be used in a tool: a tool gets no files';
	const remedy = 'Choose MinIO or URL in the node, and let the model give a path or an address.';
	throw new InvalidInput([{ field, message, remedy }]);
}

/**
 * Answers before n8n gives the call up; what is under way goes on, and the same call finds it.
 * @throws WanAvatarError DEADLINE
 */
export async function answeredToModel<T>(work: Promise<T>): Promise<T> {
	const due = clock.timeout(LIMITS.toolAnswerMs);
	try {
		return await waitUnlessAborted(work, due);
	} catch (error) {
		throw due.aborted ? noAnswerYet() : error;
	}
}

function noAnswerYet(): WanAvatarError {
	const seconds = String(LIMITS.toolAnswerMs / 1000);
	return new WanAvatarError('DEADLINE', `There is no answer after ${seconds} seconds`, {
		remedy:
			'RunPod or MinIO is slow to answer, and the work goes on. Make the same call with the same values once more in a minute: it goes on where this one is, and nothing is paid twice.',
	});
}
