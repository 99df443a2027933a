import { requestsPage } from '../../contract/consolePages';
import { storedAs } from '../../contract/storedAs';
import { unknownEndpointRemedy } from '../../contract/runPodId';
import { WanAvatarError } from '../../base/errors/errors';
import { faultText } from './answer';
import type { HttpAnswer, HttpFailure } from './http';
import { secretsOf, type RunPodSettings } from './runPodCredential';

/** An answer that says no, in plain words; nothing was changed by the request. */
export function refusal(answer: HttpAnswer, settings: RunPodSettings): WanAvatarError {
	const { endpointId, isChosen = false } = settings;
	const said = faultText(answer, secretsOf(settings));
	switch (answer.status) {
		case 401:
		case 403:
			return unauthorized(said, endpointId);
		case 404:
			return new WanAvatarError(
				'ENDPOINT_NOT_FOUND',
				`RunPod does not know the endpoint "${endpointId}"`,
				{
					remedy: `${unknownEndpointRemedy(isChosen)} RunPod said ${said}.`,
				},
			);
		case 429:
			return new WanAvatarError('RATE_LIMITED', 'RunPod takes no more requests at the moment', {
				remedy: `Too many requests were sent to endpoint ${endpointId} (HTTP 429). Try again in a minute, or with fewer items.`,
			});
		default:
			return new WanAvatarError('REQUEST_REJECTED', `RunPod did not accept the request: ${said}`, {
				remedy: 'Correct what RunPod names, then run the workflow again. No job was started.',
			});
	}
}

function unauthorized(said: string, endpointId: string): WanAvatarError {
	const target = endpointId === '' ? 'this account' : `endpoint "${endpointId}"`;
	return new WanAvatarError('UNAUTHORIZED', `RunPod does not accept the API key for ${target}`, {
		remedy: `Check API Key in the RunPod API credential: it may be mistyped, revoked, or not allowed to use the endpoint. RunPod said ${said}.`,
	});
}

/** RunPod starts over only what is FAILED or TIMED_OUT, and only while it remembers the job. */
export function retryRefused(
	answer: HttpAnswer,
	jobId: string,
	settings: RunPodSettings,
): WanAvatarError {
	if (answer.status !== 400 && answer.status !== 404) return refusal(answer, settings);
	const details = { job_id: jobId, endpoint_id: settings.endpointId };
	return new WanAvatarError(
		'REQUEST_REJECTED',
		`RunPod does not start job ${jobId} over: ${faultText(answer, secretsOf(settings))}`,
		{
			remedy:
				'Only a job that is FAILED or TIMED_OUT can be retried, and only within 30 minutes of its end. Generate makes a new one.',
			details,
		},
	);
}

/** The retry may have taken effect, and a second one could be paid twice: so it is not repeated. */
export function retryUnknown(what: string, jobId: string): WanAvatarError {
	return new WanAvatarError(
		'SUBMIT_UNKNOWN',
		`It is not known whether job ${jobId} was started over (${what})`,
		{ remedy: 'See with Get Status before you retry it again, since it is paid.' },
	);
}

export function unreachable({ code }: HttpFailure, url: string): WanAvatarError {
	return new WanAvatarError('UNREACHABLE', `No connection to RunPod at ${new URL(url).host}`, {
		remedy: `Check the base URL in the RunPod API credential, and whether this n8n may reach the internet (proxy, firewall). Code: ${code}.`,
	});
}

export function unreadable(answer: HttpAnswer, settings: RunPodSettings): WanAvatarError {
	return new WanAvatarError('UNREADABLE_ANSWER', 'RunPod gave an answer that cannot be read', {
		remedy: `It may be a passing fault of its edge: try again in a minute. It said ${faultText(answer, secretsOf(settings))}.`,
	});
}

/** The submit may have taken effect, and a second one could be paid twice: so it is not repeated. */
export function submitUnknown(
	what: string,
	endpointId: string,
	outputKey?: string,
): WanAvatarError {
	const where = storedAs('coming', outputKey);
	return new WanAvatarError(
		'SUBMIT_UNKNOWN',
		`RunPod gave no job ID for a submitted job (${what}): the job may be running`,
		{
			remedy: `It was not sent again, since it could be paid twice. Look at the Requests page of the endpoint (${requestsPage(endpointId)}).${where}`,
		},
	);
}
