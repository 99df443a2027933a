import type { Endpoint } from '../../runpod/management/managementRecords';

/** What an endpoint is that can never become one for the worker; nothing where it can. */
export function otherKind({ type, cpu }: Endpoint): string | undefined {
	const isQueue = type === undefined || type === null || type === 'QUEUE';
	if (!isQueue) return 'no queue endpoint';
	return cpu?.length ? 'a CPU endpoint' : undefined;
}
