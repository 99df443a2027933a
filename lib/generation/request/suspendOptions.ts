import type { InputFault } from '../../base/errors/invalidInput';
import { isPublicAddress } from '../../base/data/publicAddress';
import type { RunBody } from '../../runpod/queue/queueRequests';
import { MAX_MINUTES, MIN_RUN_TIME_MS, MINUTE_MS } from './optionChecks';
import { WAIT_MODE } from './optionDefaults';

/** What keeps RunPod from calling n8n at an address that n8n has made; nothing where it can be called. */
export function callbackFault(
	resumeUrl: string,
	queueBaseUrl: string,
	allowsHttp: boolean,
): InputFault | undefined {
	// A RunPod of one's own network, such as one for tests, reaches what is in that network.
	if (!isPublicAddress(queueBaseUrl)) return undefined;
	const { origin, protocol } = URL.canParse(resumeUrl)
		? new URL(resumeUrl)
		: { origin: 'an address that n8n does not tell', protocol: '' };
	if (!isPublicAddress(resumeUrl))
		return {
			field: WAIT_MODE,
			message: `cannot be Suspend Until Called Back: RunPod would call n8n at ${origin}, which it cannot reach. Set WEBHOOK_URL of n8n to its public https address, or choose In This Node`,
		};
	if (protocol === 'https:' || allowsHttp) return undefined;
	return {
		field: WAIT_MODE,
		message: `cannot be Suspend Until Called Back: RunPod would call n8n at ${origin}, where anyone on the way reads the job. Set WEBHOOK_URL of n8n to an https address, or turn on Allow HTTP Callback in the Waiting Options`,
	};
}

/** What there is for an item whose execution sleeps. */
export interface SuspendedMeans {
	/** Where RunPod calls back. */
	resumeUrl: string;
	/** The item's inputs, in the contract's names. */
	contract: Readonly<Record<string, unknown>>;
}

/** What an item must have, or must not have, so that its execution can sleep. */
export function suspendFaults(
	{ webhookUrl }: Readonly<Record<string, unknown>>,
	{ contract }: SuspendedMeans,
	{ hasBucket, hasOutputKey }: { hasBucket: boolean; hasOutputKey: boolean },
): InputFault[] {
	const faults: (InputFault | false)[] = [
		!hasBucket && {
			field: WAIT_MODE,
			message:
				'needs a MinIO API credential for Suspend Until Called Back: RunPod forgets a result after 30 minutes, and it is noted there',
		},
		!hasOutputKey && {
			field: WAIT_MODE,
			message:
				'needs an Output Video Key for Suspend Until Called Back: what came of the job is noted beside it',
		},
		typeof webhookUrl === 'string' &&
			webhookUrl.trim() !== '' && {
				field: 'webhookUrl',
				message:
					'must be empty with Suspend Until Called Back: a job has one webhook, and that wakes this execution',
			},
		...['image_base64', 'driving_video_base64'].map(
			(field) =>
				contract[field] !== undefined && {
					field,
					message:
						'cannot be given with Suspend Until Called Back: RunPod sends the inputs along when it calls back, and n8n takes 16 MB. Give a file, a path or a URL',
				},
		),
	];
	return faults.filter((fault) => fault !== false);
}

/** What goes to RunPod beside the input: nobody is there to cancel a job of an execution that sleeps, so RunPod ends it. */
export function suspendedEnvelope(
	resumeUrl: string,
	timeoutMs: number,
	policy: RunBody['policy'],
): Omit<RunBody, 'input'> {
	// As in the node: no job runs for longer than Timeout.
	const executionTimeout = policy?.executionTimeout ?? Math.max(timeoutMs, MIN_RUN_TIME_MS);
	// The time to live ends jobs that run, too.
	const ttl = Math.max(policy?.ttl ?? 0, timeoutMs + executionTimeout);
	return {
		webhook: resumeUrl,
		policy: { executionTimeout, ttl: Math.min(ttl, MAX_MINUTES * MINUTE_MS) },
	};
}
