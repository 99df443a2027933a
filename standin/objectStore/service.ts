import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { bucketOperations, serviceOperations } from './bucketRoutes';
import { S3Error } from './errors';
import type { Faults, ObjectStoreFault, StatusFault } from './faults';
import { objectOperations } from './objectRoutes';
import { findOperation, type Answer, type Operation } from './operation';
import { readRequest, type S3Request } from './request';
import { verifySignature, type Credentials } from './signature';
import type { Store } from './store';
import type { Uploads } from './uploads';
import { renderXml, type XmlElement } from './xml';

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
	credentials: Credentials & { region: string };
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
	const outcome = await decide(service, { request, fault, requestId });
	const gone = outcome === undefined || incoming.socket.destroyed;
	service.record({
		method: incoming.method ?? '',
		bucket: request?.bucket ?? '',
		key: request?.key ?? '',
		query: Object.fromEntries(request?.query ?? []),
		status: gone ? 0 : outcome.status,
		...(!gone && outcome.errorCode !== undefined && { errorCode: outcome.errorCode }),
		at,
	});
	if (outcome === undefined) {
		incoming.socket.destroy();
		return;
	}
	await send(response, outcome, requestId);
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
	if (fault && 'status' in fault) return answerFault(fault, request, requestId);
	try {
		if (fault) await sleep(fault.delayMs, undefined, { signal: service.closing });
		if (!request) throw new S3Error('InvalidURI');
		return await answer(service, request);
	} catch (error) {
		return answerError(asS3Error(error), request, requestId);
	}
}

async function answer(service: Service, request: S3Request): Promise<Answer> {
	const { store, uploads, credentials, now } = service;
	// A client asks for the location because it does not know which region to sign for.
	const region = request.parameters.has('location') ? undefined : credentials.region;
	const payloadHash = verifySignature(request, { ...credentials, region }, now());
	if (Buffer.byteLength(request.key) > MAX_KEY_BYTES) throw new S3Error('KeyTooLongError');
	const operation = findOperation(operationsFor(request), request);
	const exchange = { request, payloadHash, store, uploads, region: credentials.region, now };
	return await operation.run(exchange);
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
	const { status, code = 'InternalError', body, contentType = 'application/xml' } = fault;
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

async function send(response: ServerResponse, answer: Answer, requestId: string): Promise<void> {
	const { status, headers, body } = answer;
	const common = { 'x-amz-request-id': requestId, server: 'object store stand-in' };
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
