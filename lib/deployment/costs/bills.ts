import * as z from 'zod/v4';
import { cleanRemoteText } from '../../base/data/remoteText';
import { formNumber } from '../../base/data/number';
import { InvalidInput } from '../../base/errors/invalidInput';
import { microUsdOf, usdOf } from '../../cost/money';
import type { ManagementClient } from '../../runpod/management/management';

/** Which bills to get. */
export interface BillPeriod {
	bucketSize: 'hour' | 'day';
	/** The last hours or days with the one that goes on, or what lies between two times, in ISO 8601. */
	period: { last: number } | { from: string; to: string | undefined };
}

/** What an endpoint has cost in one hour or day, in USD with at most 6 decimals. */
export interface Bill {
	endpoint_id: string;
	/** ISO 8601. */
	from: string;
	to: string;
	total_usd: number;
	gpu_usd: number;
	cpu_usd: number;
	disk_usd: number;
	fee_usd: number;
}

const MOST_BUCKETS = 1000;

const NO_TIME = 'must be a time, such as 2026-11-01T00:00:00Z';

const time = z.string({ error: NO_TIME }).transform((text, context) => {
	const ms = Date.parse(text);
	if (!Number.isNaN(ms)) return new Date(ms).toISOString();
	context.addIssue({ code: 'custom', message: NO_TIME });
	return z.NEVER;
});

const last = formNumber(
	z
		.number({ error: 'must be a number' })
		.int('must be a whole number')
		.min(1, 'must be at least 1')
		.max(MOST_BUCKETS, `must be at most ${String(MOST_BUCKETS)}`),
);

const bucketSize = z.enum(['hour', 'day'], { error: 'must be Hour ("hour") or Day ("day")' });

const lastOnes = z.object({ bucketSize, period: z.literal('last'), last });
const between = z.object({
	bucketSize,
	period: z.literal('between'),
	startTime: time,
	endTime: z.union([z.literal('').transform(() => undefined), time]).optional(),
});

const wish = z
	.discriminatedUnion('period', [lastOnes, between], {
		error: 'must be The Last ("last") or Between ("between")',
	})
	.refine((one) => one.period === 'last' || !one.endTime || one.endTime > one.startTime, {
		path: ['endTime'],
		message: 'must be after Start Time',
	})
	.transform((one): BillPeriod =>
		one.period === 'last'
			? { bucketSize: one.bucketSize, period: { last: one.last } }
			: { bucketSize: one.bucketSize, period: { from: one.startTime, to: one.endTime } },
	);

/** @throws InvalidInput naming the field */
export function parseBillPeriod(raw: unknown): BillPeriod {
	const { success, data, error } = wish.safeParse(raw);
	if (!success) throw InvalidInput.from(error);
	return data;
}

const amount = z.number().nullish().catch(undefined);

const remoteTime = z.string().transform((text) => cleanRemoteText(text));

const bills = z.object({
	records: z.array(
		z.object({
			serverlessId: z.string(),
			startTime: remoteTime,
			endTime: remoteTime,
			totalAmount: z.number(),
			gpuAmount: amount,
			cpuAmount: amount,
			diskAmount: amount,
			feeAmount: amount,
		}),
	),
});

/**
 * RunPod's own bills of one endpoint, the oldest first; hours and days without any are left out.
 * @throws WanAvatarError
 */
export async function listBills(
	endpointId: string,
	{ bucketSize: size, period }: BillPeriod,
	management: Pick<ManagementClient, 'read'>,
): Promise<Bill[]> {
	const query = new URLSearchParams({ serverlessId: endpointId, bucketSize: size });
	if ('last' in period) query.set('lastN', String(period.last));
	else {
		query.set('startTime', period.from);
		if (period.to !== undefined) query.set('endTime', period.to);
	}
	// billing/endpoints is about RunPod's public endpoints.
	const path = `billing/serverless?${query.toString()}`;
	const { records } = await management.read(path, 'read the bills of the endpoint', bills);
	return records
		.filter(({ serverlessId }) => serverlessId === endpointId)
		.sort((a, b) => Date.parse(a.startTime) - Date.parse(b.startTime))
		.map((one) => ({
			endpoint_id: endpointId,
			from: one.startTime,
			to: one.endTime,
			total_usd: rounded(one.totalAmount),
			gpu_usd: rounded(one.gpuAmount ?? 0),
			cpu_usd: rounded(one.cpuAmount ?? 0),
			disk_usd: rounded(one.diskAmount ?? 0),
			fee_usd: rounded(one.feeAmount ?? 0),
		}));
}

function rounded(usd: number): number {
	return usdOf(microUsdOf(usd));
}
