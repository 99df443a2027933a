import type { JobInput } from '../../contract/jobInput';
import type { Secret } from '../../base/data/secret';
import type { HttpRequest } from '../http/http';
import type { RunPodSettings } from '../http/runPodCredential';

/** What `POST /run` takes beside the input; times in milliseconds. */
export interface RunBody {
	input: JobInput;
	webhook?: string;
	policy?: { executionTimeout?: number; ttl?: number };
}

export function planRun(settings: RunPodSettings, body: RunBody): HttpRequest {
	const { url, headers } = plan(settings, 'run');
	return {
		method: 'POST',
		url,
		headers: { ...headers, 'content-type': 'application/json' },
		body: JSON.stringify(body),
	};
}

export function planStatus(settings: RunPodSettings, jobId: string): HttpRequest {
	return { method: 'GET', ...plan(settings, `status/${inAddress(jobId)}`) };
}

export function planCancel(settings: RunPodSettings, jobId: string): HttpRequest {
	return { method: 'POST', ...plan(settings, `cancel/${inAddress(jobId)}`) };
}

export function planRetry(settings: RunPodSettings, jobId: string): HttpRequest {
	return { method: 'POST', ...plan(settings, `retry/${inAddress(jobId)}`) };
}

export function planHealth(settings: RunPodSettings): HttpRequest {
	return { method: 'GET', ...plan(settings, 'health') };
}

export function planPurgeQueue(settings: RunPodSettings): HttpRequest {
	return { method: 'POST', ...plan(settings, 'purge-queue') };
}

/** A listing of the account's endpoints, by the management API: free, and needs no endpoint. */
export function planListEndpoints({ managementBaseUrl, apiKey }: RunPodSettings): HttpRequest {
	return { method: 'GET', url: `${managementBaseUrl}/serverless`, headers: bearer(apiKey) };
}

/** Half a character cannot be written in an address, and `encodeURIComponent` throws for it. */
function inAddress(jobId: string): string {
	return encodeURIComponent(jobId.replace(/\p{Cs}/gu, '\ufffd'));
}

function plan({ queueBaseUrl, endpointId, apiKey }: RunPodSettings, operation: string) {
	return { url: `${queueBaseUrl}/${endpointId}/${operation}`, headers: bearer(apiKey) };
}

function bearer(apiKey: Secret): Record<string, string> {
	return { authorization: `Bearer ${apiKey.reveal()}` };
}
