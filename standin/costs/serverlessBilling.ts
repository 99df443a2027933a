import type { WorkerSpan } from '../queue/jobs/workerSpans';
import { refuse } from '../management/problems';
import { hourlyPriceOf } from './gpuCatalog';

/** What the workers of one endpoint have done. */
export interface BilledEndpoint {
	id: string;
	gpuCount: number;
	spans: readonly WorkerSpan[];
}

const HOUR_MS = 3_600_000;
const SIZES: Readonly<Record<string, number>> = {
	hour: HOUR_MS,
	day: 24 * HOUR_MS,
	week: 7 * 24 * HOUR_MS,
	month: 30 * 24 * HOUR_MS,
	year: 365 * 24 * HOUR_MS,
};
/** RFC 3339 has years of four digits. */
const FIRST_MS = Date.parse('0001-01-01');
const LAST_MS = Date.UTC(9999, 11, 31);
const DEFAULT_PERIOD_MS = 30 * 24 * HOUR_MS;

/** USD for one stretch: whole seconds of all GPUs of the worker. */
function billedUsd({ gpuType, fromMs, toMs }: WorkerSpan, gpuCount: number): number {
	const seconds = Math.ceil((toMs - fromMs) / 1000);
	return (seconds * hourlyPriceOf(gpuType) * gpuCount) / 3600;
}

/**
 * What each job has really cost, in USD by its ID: a worker's start is the first job's, and its idle time that of the job
 * before. A worker that ran none has its own ID in the place of the job's.
 */
export function trueCosts({ gpuCount, spans }: Omit<BilledEndpoint, 'id'>): Map<string, number> {
	const costs = new Map<string, number>();
	const add = (to: string, span: WorkerSpan) =>
		costs.set(to, (costs.get(to) ?? 0) + billedUsd(span, gpuCount));
	const jobOf = new Map<string, string>();
	for (const span of [...spans].reverse()) if (span.jobId) jobOf.set(span.workerId, span.jobId);
	for (const span of spans) {
		if (span.jobId) jobOf.set(span.workerId, span.jobId);
		add(jobOf.get(span.workerId) ?? span.workerId, span);
	}
	return costs;
}

/** The answer of `GET /v2/billing/serverless`. Weeks, months and years are of one length each. */
export function listServerlessBilling(
	endpoints: readonly BilledEndpoint[],
	query: URLSearchParams,
): Record<string, unknown> {
	const bucketSize = query.get('bucketSize') ?? 'day';
	const sizeMs = Object.hasOwn(SIZES, bucketSize) ? SIZES[bucketSize] : undefined;
	if (sizeMs === undefined) return invalid('bucketSize must be hour, day, week, month or year');
	const { fromMs, toMs } = windowOf(query, sizeMs);
	if (fromMs < FIRST_MS || toMs > LAST_MS || !(fromMs < toMs))
		return invalid('the period is beyond all dates');
	const serverlessId = query.get('serverlessId');
	const wanted = endpoints.filter(({ id }) => serverlessId === null || id === serverlessId);
	const records = wanted.flatMap((endpoint) => recordsOf(endpoint, { fromMs, toMs, sizeMs }));
	const total = records.reduce((sum, { totalAmount }) => sum + totalAmount, 0);
	return {
		records,
		metadata: {
			query: { startTime: iso(fromMs), endTime: iso(toMs), bucketSize, serverlessId },
			recordCount: records.length,
			uniqueServerlessCount: new Set(records.map((one) => one.serverlessId)).size,
			totals: amounts(total),
		},
	};
}

interface Buckets {
	fromMs: number;
	toMs: number;
	sizeMs: number;
}

function windowOf(query: URLSearchParams, sizeMs: number): Omit<Buckets, 'sizeMs'> {
	const lastN = query.get('lastN');
	const [start, end] = [query.get('startTime'), query.get('endTime')];
	const nowMs = Date.now();
	if (lastN !== null) {
		if (start !== null || end !== null)
			return invalid('lastN and startTime/endTime are mutually exclusive');
		if (!/^[1-9]\d*$/.test(lastN)) return invalid('lastN must be a whole number of at least 1');
		const toMs = Math.floor(nowMs / sizeMs + 1) * sizeMs;
		return { fromMs: toMs - Number(lastN) * sizeMs, toMs };
	}
	const startMs = timeOf(start) ?? nowMs - DEFAULT_PERIOD_MS;
	const endMs = timeOf(end) ?? nowMs;
	if (endMs <= startMs) return invalid('endTime must be after startTime');
	return {
		fromMs: Math.floor(startMs / sizeMs) * sizeMs,
		toMs: Math.ceil(endMs / sizeMs) * sizeMs,
	};
}

function recordsOf({ id, gpuCount, spans }: BilledEndpoint, { fromMs, toMs, sizeMs }: Buckets) {
	const sums = new Map<number, number>();
	for (const span of spans) {
		if (span.toMs < fromMs || span.toMs >= toMs) continue;
		const bucket = Math.floor(span.toMs / sizeMs) * sizeMs;
		sums.set(bucket, (sums.get(bucket) ?? 0) + billedUsd(span, gpuCount));
	}
	return [...sums]
		.sort(([a], [b]) => a - b)
		.map(([bucket, usd]) => ({
			startTime: iso(bucket),
			endTime: iso(bucket + sizeMs),
			serverlessId: id,
			...amounts(usd),
		}));
}

function amounts(usd: number) {
	return { totalAmount: usd, gpuAmount: usd, cpuAmount: 0, diskAmount: 0, feeAmount: 0 };
}

function timeOf(text: string | null): number | undefined {
	if (text === null) return undefined;
	const ms = Date.parse(text);
	return Number.isNaN(ms) ? invalid('times must be in RFC 3339') : ms;
}

function iso(ms: number): string {
	return new Date(ms).toISOString().replace('.000Z', 'Z');
}

function invalid(detail: string): never {
	return refuse(422, 'Request validation failed.', [detail]);
}
