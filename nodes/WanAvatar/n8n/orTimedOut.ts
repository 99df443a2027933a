import { WanAvatarError } from '../../../lib/base/errors/errors';

const HINT =
	"If nobody stopped it, n8n's own timeout was over: Timeout Workflow in the settings of the workflow, or EXECUTIONS_TIMEOUT of n8n. Make it longer than Timeout in the options of this node, or turn off Wait for Completion and ask later with Get Status.";

/** What was stopped may have run out of the time that n8n gives a workflow, which n8n does not tell the node. */
export function orTimedOut(error: unknown, stopped: AbortSignal | undefined): unknown {
	if (!stopped?.aborted || !(error instanceof WanAvatarError) || error.code !== 'STOPPED')
		return error;
	const { code, message, remedy, details } = error;
	return new WanAvatarError(code, message, { remedy: `${remedy} ${HINT}`.trim(), details });
}
