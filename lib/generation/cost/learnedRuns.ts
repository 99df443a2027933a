import { mapConcurrently } from '../../base/async/concurrency';
import type { Clock } from '../../base/async/clock';
import { LIMITS } from '../../base/async/timeLimits';
import { waitUnlessAborted } from '../../base/async/abort';
import { settle } from '../../base/errors/settled';
import { fromJson } from '../../base/data/json';
import { isRecordKey } from '../../contract/layout';
import type { Bucket, ListedObject } from '../../storage/objects/bucket';
import { jobRecord } from '../record/record';

/** A folder of that many pages is not looked through to its end for an estimate. */
const MAX_PAGES = 5;
const NEWEST = 50;
const READS_AT_ONCE = 16;

/**
 * How long jobs of an endpoint have run, in milliseconds, by the newest records below the folders that these keys lie in.
 * None where there are none, or where they cannot be read in time.
 */
export async function learnedRunsMs(
	endpointId: string,
	outputVideoKeys: readonly string[],
	bucket: Bucket | undefined,
	clock: Pick<Clock, 'timeout'>,
): Promise<number[]> {
	if (!bucket) return [];
	const signal = clock.timeout(LIMITS.formMs);
	const within = bucket.within(signal);
	const folders = new Set(outputVideoKeys.map((key) => key.slice(0, key.indexOf('/') + 1)));
	const read = (async () => {
		const listed = await mapConcurrently([...folders], 1, async (prefix) =>
			listRecords(prefix, within),
		);
		const newest = listed
			.flat()
			.sort((a, b) => b.lastModifiedMs - a.lastModifiedMs)
			.slice(0, NEWEST);
		const runs = await mapConcurrently(newest, READS_AT_ONCE, async ({ key }) =>
			runOf(key, endpointId, within),
		);
		return runs.flat();
	})();
	const runs = await settle(waitUnlessAborted(read, signal));
	return 'value' in runs ? runs.value : [];
}

async function listRecords(
	prefix: string,
	bucket: Pick<Bucket, 'listPage'>,
): Promise<ListedObject[]> {
	const records: ListedObject[] = [];
	let after: string | undefined;
	for (let pages = 0; pages < MAX_PAGES; pages++) {
		const page = await bucket.listPage({ prefix, ...(after === undefined ? {} : { after }) });
		records.push(...page.objects.filter(({ key }) => isRecordKey(key)));
		if (page.next === undefined) break;
		after = page.next;
	}
	return records;
}

async function runOf(
	key: string,
	endpointId: string,
	bucket: Pick<Bucket, 'getText'>,
): Promise<number[]> {
	const stored = await settle(bucket.getText(key));
	if (!('value' in stored) || stored.value.tag !== 'there') return [];
	const { data } = jobRecord.safeParse(fromJson(stored.value.text));
	const runMs = data?.endpoint_id === endpointId ? data.run?.execution_time_ms : undefined;
	return runMs === undefined || runMs === null ? [] : [runMs];
}
