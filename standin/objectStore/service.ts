import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { sendFault, type WholeAnswer } from '../wire/sendFault';
import { bucketOperations, serviceOperations } from './routes/bucketRoutes';
import { UNSIGNED } from './access/claim';
import { S3Error, usualCode } from './http/errors';
import type { Faults, ObjectStoreFault, StatusFault } from './faults';
import { objectOperations } from './routes/objectRoutes';
import { findOperation, type Answer, type Exchange, type Operation } from './routes/operation';
import type { PublicReads } from './access/publicReads';
import { readRequest, type S3Request } from './http/request';
import { verifySignature } from './access/signature';
import type { Store } from './store/store';
import type { Uploads } from './store/uploads';
import type { Users } from './access/users';
import { renderXml, type XmlElement } from './http/xml';

const MAX_KEY_BYTES = 1024;

/** One request as it was answered. */
export interface ObjectStoreCall {
	method: string;
	bucket: string;
	key: string;
	query: Record<string, string>;
	/** 0 when the connection ended without an answer. */
	status: number;
	errorCode?: string;
	/** Milliseconds since the epoch, when the request arrived. */
	at: number;
}

export interface Service {
	store: Store;
	uploads: Uploads;
	faults: Faults;
	users: Users;
	publicReads: PublicReads;
	/** Whether conditions of a write count; some servers ignore them. */
	heedsWriteConditions: () => boolean;
	region: string;
	now: () => number;
	record: (call: ObjectStoreCall) => void;
	/** Aborted when the store closes. */
	closing: AbortSignal;
}

type Outcome = Answer & { errorCode?: string };

/** Answers one request. */
export async function serve(
	service: Service,
	incoming: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	const at = service.now();
	const request = readRequest(incoming);
	const fault = request && service.faults.take(request);
	const requestId = randomBytes(8).toString('hex').toUpperCase();
	const arrival = { request, fault, requestId };
	const record = (status: number, errorCode?: string): void => {
		service.record({
			method: incoming.method ?? '',
			bucket: request?.bucket ?? '',
			key: request?.key ?? '',
			query: Object.fromEntries(request?.query ?? []),
			status,
			...(errorCode !== undefined && { errorCode }),
			at,
		});
	};
	if (fault && 'kind' in fault && fault.kind !== 'endlessListing') {
		const right = async () => await wholeAnswer(await decide(service, arrival), arrival);
		record(await sendFault(response, fault, right));
		return;
	}
	const outcome = await decide(service, arrival);
	const gone = outcome === undefined || incoming.socket.destroyed;
	record(gone ? 0 : outcome.status, gone ? undefined : outcome.errorCode);
	if (outcome === undefined) incoming.socket.destroy();
	else await send(response, outcome, requestId);
}

interface Arrival {
	/** Undefined when its address cannot be decoded. */
	request: S3Request | undefined;
	fault: ObjectStoreFault | undefined;
	requestId: string;
}

/** Undefined is no answer at all. */
async function decide(service: Service, arrival: Arrival): Promise<Outcome | undefined> {
	const { request, fault, requestId } = arrival;
	if (fault && 'cut' in fault) return undefined;
	if (fault && 'status' in fault && !('kind' in fault)) {
		return answerFault(fault, request, requestId);
	}
	try {
		if (fault && 'delayMs' in fault) {
			await sleep(fault.delayMs, undefined, { signal: service.closing });
		}
		if (!request) throw new S3Error('InvalidURI');
		return await answer(service, request, fault);
	} catch (error) {
		return answerError(asS3Error(error), request, requestId);
	}
}

async function answer(
	service: Service,
	received: S3Request,
	fault: ObjectStoreFault | undefined,
): Promise<Answer> {
	const { store, uploads, now } = service;
	const payloadHash = admit(service, received);
	const request = service.heedsWriteConditions() ? received : withoutWriteConditions(received);
	const operation = findOperation(operationsFor(request), request);
	const exchange = { request, payloadHash, store, uploads, region: service.region, now };
	return await operation.run({ ...exchange, endlessListing: endlessListingOf(fault) });
}

/** Gives what the body must hash to; throws an S3Error for who may not do this. */
function admit(service: Service, received: S3Request): string {
	const { store, users, publicReads, now } = service;
	const exists = (bucket: string, key: string) =>
		store.hasBucket(bucket) && !!store.find(bucket, key);
	if (isForm(received)) throw new S3Error('NotImplemented', 'Uploads by form are not implemented');
	if (publicReads.allow(received)) {
		// Who may not list is not told what is missing.
		if (!exists(received.bucket, received.key)) throw new S3Error('AccessDenied');
		return UNSIGNED;
	}
	const { accessKey, secretKey, policy } = users.of(received);
	// A client asks for the location because it does not know which region to sign for.
	const region = received.parameters.has('location') ? undefined : service.region;
	const payloadHash = verifySignature(received, { accessKey, secretKey, region }, now());
	if (Buffer.byteLength(received.key) > MAX_KEY_BYTES) throw new S3Error('KeyTooLongError');
	policy.check(received, exists);
	return payloadHash;
}

/** Its signature is in a field of the form. */
function isForm({ method, headers }: S3Request): boolean {
	return method === 'POST' && /^multipart\/form-data\b/i.test(headers['content-type'] ?? '');
}

function endlessListingOf(fault: ObjectStoreFault | undefined): Exchange['endlessListing'] {
	if (!fault || !('kind' in fault) || fault.kind !== 'endlessListing') return undefined;
	return { newTokens: fault.newTokens ?? false };
}

function withoutWriteConditions(request: S3Request): S3Request {
	if (request.method === 'GET' || request.method === 'HEAD') return request;
	const { 'if-match': match, 'if-none-match': noneMatch, ...headers } = request.headers;
	return { ...request, headers };
}

function operationsFor({ bucket, key }: S3Request): readonly Operation[] {
	if (key !== '') return objectOperations;
	return bucket === '' ? serviceOperations : bucketOperations;
}

function asS3Error(error: unknown): S3Error {
	if (error instanceof S3Error) return error;
	return new S3Error('InternalError', error instanceof Error ? error.message : undefined);
}

function answerFault(
	fault: StatusFault,
	request: S3Request | undefined,
	requestId: string,
): Outcome {
	const { status, code = usualCode(status), body, contentType = 'application/xml' } = fault;
	const text = body ?? renderError({ code, message: code }, request, requestId);
	return { status, errorCode: code, ...errorContent(request, text, contentType) };
}

function answerError(error: S3Error, request: S3Request | undefined, requestId: string): Outcome {
	const { status, code, message } = error;
	const outcome = { status, errorCode: code };
	const text = renderError(error, request, requestId);
	const content = errorContent(request, text, 'application/xml');
	if (request?.method !== 'HEAD') return { ...outcome, ...content };
	// Without a body, MinIO says in headers what went wrong.
	const headers = { 'x-minio-error-code': code, 'x-minio-error-desc': toAscii(message) };
	return { ...outcome, headers };
}

// A header that is not ASCII would be a fault of its own.
function toAscii(text: string): string {
	return text.replace(/[^ -~]/g, '?');
}

function errorContent(
	request: S3Request | undefined,
	body: string,
	contentType: string,
): Pick<Answer, 'headers' | 'body'> {
	return request?.method === 'HEAD' ? {} : { headers: { 'content-type': contentType }, body };
}

function renderError(
	error: { code: string; message: string; details?: Readonly<Record<string, string>> },
	request: S3Request | undefined,
	requestId: string,
): string {
	const details = Object.entries(error.details ?? {}).map((detail): XmlElement => detail);
	return renderXml([
		'Error',
		[
			['Code', error.code],
			['Message', error.message],
			...details,
			['Resource', request?.path ?? ''],
			['RequestId', requestId],
		],
	]);
}

async function wholeAnswer(
	outcome: Outcome | undefined,
	{ request, requestId }: Arrival,
): Promise<WholeAnswer> {
	const { status, headers, body = '' } = outcome ?? { status: 500 };
	return {
		status,
		headers: { ...commonHeaders(requestId), ...headers },
		body: body instanceof Readable ? await buffer(body) : Buffer.from(body),
		isHead: request?.method === 'HEAD',
	};
}

async function send(response: ServerResponse, answer: Answer, requestId: string): Promise<void> {
	const { status, headers, body } = answer;
	const common = commonHeaders(requestId);
	if (body instanceof Readable) {
		response.writeHead(status, { ...common, ...headers });
		await pipeline(body, response).catch(() => response.destroy());
		return;
	}
	const bytes = Buffer.from(body ?? '');
	// HEAD states the length of what GET would send; 204 and 304 have none to state.
	const length = status === 204 || status === 304 ? {} : { 'content-length': bytes.length };
	response.writeHead(status, { ...common, ...length, ...headers });
	response.end(bytes);
}

function commonHeaders(requestId: string): Record<string, string> {
	return { 'x-amz-request-id': requestId, server: 'object store stand-in' };
}
