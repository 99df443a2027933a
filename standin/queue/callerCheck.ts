import { problem, RefusedRequest } from './answers';
import { bodyLimitBytes, type ReceivedRequest } from './calls';
import { checkRight, type KeyRights } from './keyRights';

/** Checks what comes before the route: agent, key, endpoint, right, path and query; throws RefusedRequest. */
export function checkCaller(
	{ headers, target }: ReceivedRequest,
	{ apiKey, endpointId, rights }: { apiKey: string; endpointId: string; rights: () => KeyRights },
): void {
	checkUserAgent(headers['user-agent']);
	checkKey(headers.authorization, apiKey);
	if (target.endpointId !== undefined && target.endpointId !== endpointId) {
		throw new RefusedRequest(problem(404, 'endpoint not found'));
	}
	checkRight(target.route, endpointId, rights());
	const [strangeField] = target.strangeQueryFields;
	if (strangeField !== undefined) {
		throw new RefusedRequest(problem(400, `unknown query field: ${strangeField}`));
	}
}

/** The JSON text of a body, or RefusedRequest: 413 when too large, 415 when it is not called JSON. */
export function jsonTextOf({ target, headers, text }: ReceivedRequest): string {
	if (text === undefined) {
		const limit = `${String(bodyLimitBytes(target.route))} bytes`;
		throw new RefusedRequest(problem(413, `request body is over ${limit}`));
	}
	if (!/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')) {
		throw new RefusedRequest(problem(415, 'content-type must be application/json'));
	}
	return text;
}

// Cloudflare stands before the API and turns away callers that do not name themselves.
function checkUserAgent(userAgent: string | undefined): void {
	if (userAgent) return;
	const headers = { 'content-type': 'text/plain; charset=UTF-8' };
	throw new RefusedRequest({ status: 403, headers, body: 'error code: 1010' });
}

// The service takes the key with and without Bearer.
function checkKey(authorization: string | undefined, apiKey: string): void {
	if (!authorization) throw new RefusedRequest(problem(401, 'no token provided'));
	if (authorization !== apiKey && authorization !== `Bearer ${apiKey}`) {
		throw new RefusedRequest(problem(401, 'invalid api key'));
	}
}
