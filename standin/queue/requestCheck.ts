import { problem, RefusedRequest } from './answers';
import type { JobPolicy, JobRequest } from './jobs/job';

const bodyFields = ['input', 'webhook', 'policy', 's3Config'];
const policyFields = ['executionTimeout', 'ttl', 'lowPriority'];
const s3ConfigFields = ['accessId', 'accessSecret', 'bucketName', 'endpointUrl', 'objectPath'];

const sevenDaysMs = 7 * 24 * 3_600_000;

/**
 * The body of /run and /runsync, checked field by field; throws RefusedRequest with a 400 that names the fault.
 * Any input is taken: what is in it is the worker's business.
 */
export function checkSubmission(text: string): Omit<JobRequest, 'isSync'> {
	const body = objectOf(parseJson(text), 'body');
	refuseUnknownFields(body, bodyFields, 'body');
	const input = objectOf(body.input, 'input');
	checkS3Config(body.s3Config);
	return { input, policy: checkPolicy(body.policy), webhook: checkWebhook(body.webhook) };
}

/** A whole number within its bounds, or undefined when the query field is absent. */
export function checkQueryNumber(
	query: URLSearchParams,
	name: string,
	min: number,
	max: number,
): number | undefined {
	const text = query.get(name);
	if (text === null) return undefined;
	return wholeNumber(/^\d+$/.test(text) ? Number(text) : text, name, min, max);
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return refuse('body is not valid JSON');
	}
}

function checkS3Config(value: unknown): void {
	if (value === undefined) return;
	refuseUnknownFields(objectOf(value, 's3Config'), s3ConfigFields, 's3Config');
}

function checkPolicy(value: unknown): JobPolicy {
	if (value === undefined) return {};
	const policy = objectOf(value, 'policy');
	refuseUnknownFields(policy, policyFields, 'policy');
	const { executionTimeout, ttl, lowPriority } = policy;
	return {
		...(executionTimeout !== undefined && {
			executionTimeout: wholeNumber(executionTimeout, 'policy.executionTimeout', 5000, sevenDaysMs),
		}),
		...(ttl !== undefined && { ttl: wholeNumber(ttl, 'policy.ttl', 10_000, sevenDaysMs) }),
		...(lowPriority !== undefined && { lowPriority: checkBoolean(lowPriority) }),
	};
}

function checkBoolean(value: unknown): boolean {
	return typeof value === 'boolean' ? value : refuse('policy.lowPriority must be a boolean');
}

function checkWebhook(value: unknown): string | undefined {
	if (value === undefined) return undefined;
	const isWebUrl = typeof value === 'string' && /^https?:\/\//.test(value) && URL.canParse(value);
	return isWebUrl ? value : refuse('webhook must be an http or https URL');
}

function wholeNumber(value: unknown, name: string, min: number, max: number): number {
	const isWithin =
		typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;
	return isWithin
		? value
		: refuse(`${name} must be a whole number from ${String(min)} to ${String(max)}`);
}

function objectOf(value: unknown, name: string): Record<string, unknown> {
	return isObject(value) ? value : refuse(`${name} must be an object`);
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refuseUnknownFields(
	value: Record<string, unknown>,
	known: readonly string[],
	name: string,
): void {
	const unknown = Object.keys(value).filter((field) => !known.includes(field));
	if (unknown.length > 0) refuse(`unknown field in ${name}: ${unknown.join(', ')}`);
}

function refuse(detail: string): never {
	throw new RefusedRequest(problem(400, detail));
}
