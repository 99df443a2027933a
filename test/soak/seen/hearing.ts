import type { StandIn } from '../../../standin/standin';
import type { OutItem } from './collector';
import type { JobsSeen } from './jobsSeen';
import { avatarOfKey } from '../asking/keys';
import type { Delivery, Ledger } from './ledger';
import { opens } from './links';

export interface Heard {
	ledger: Ledger;
	jobs: JobsSeen;
	queue: StandIn['queue'];
	/** Checks of links that are under way. */
	links: Set<Promise<void>>;
	deadLinks: string[];
}

/** Enters what came out of an execution. */
export function hearResult(item: OutItem, executionId: string, heard: Heard): void {
	const id = avatarOf(item, heard);
	const text = textOf(item);
	const poor = poorness(item, id);
	if (poor !== undefined) heard.ledger.poorErrors.push(`${poor}: ${text.slice(0, 300)}`);
	if (id === undefined) return;
	const delivery = deliveryOf(item, id);
	const code = delivery ? undefined : codeOf(item);
	heard.ledger.told(id, { atMs: Date.now(), executionId, code, text }, delivery);
	if (delivery) checkLink(id, delivery, heard);
}

/** Enters that a job was given out before its end. @returns false where the item is none */
export function hearSubmitted(item: OutItem, executionId: string, heard: Heard): void {
	const id = avatarOf(item, heard);
	const isJob =
		typeof item.job_id === 'string' && item.error == null && item.status !== 'COMPLETED';
	if (isJob && id !== undefined) heard.ledger.submitted(id, item.job_id ?? '');
	else hearResult(item, executionId, heard);
}

function avatarOf(item: OutItem, { jobs, queue }: Heard): string | undefined {
	const jobId = item.job_id ?? item.details?.job_id;
	const named = item.avatar_id ?? item.details?.avatar_id;
	if (named != null) return named;
	if (jobId != null && jobs.avatarOf(jobId) === undefined) jobs.take(queue.jobs());
	const key = item.minio_key ?? item.output_video_key ?? item.details?.output_video_key;
	return (
		(jobId == null ? undefined : jobs.avatarOf(jobId)) ??
		(key == null ? undefined : avatarOfKey(key))
	);
}

function deliveryOf(item: OutItem, id: string): Delivery | undefined {
	const { error, status, video_url: link, minio_key: key, job_id: jobId } = item;
	if (error != null || status !== 'COMPLETED' || link == null) return undefined;
	return { atMs: Date.now(), jobId: jobId ?? undefined, link, key: key ?? id };
}

function codeOf({ error, status, details }: OutItem): string {
	if (error != null) return details?.code ?? 'without a code';
	return `job ${status ?? 'without a status'}`;
}

function textOf({ error, status, details, failure_reason }: OutItem): string {
	if (error == null) return `${status ?? 'no status'} ${failure_reason ?? ''}`.trim();
	return `${details?.code ?? '?'}: ${error}`;
}

/** What an error lacks that must name its item and say what to do. */
function poorness({ error, details }: OutItem, id: string | undefined): string | undefined {
	if (id === undefined) return 'names no item';
	if (error == null) return undefined;
	if (!details?.code) return `has no code (${id})`;
	return details.remedy ? undefined : `does not say what to do (${id})`;
}

function checkLink(id: string, { link }: Delivery, { links, deadLinks }: Heard): void {
	const check = opens(link).then((isOpen) => {
		if (!isOpen) deadLinks.push(`${id}: ${link.split('?')[0] ?? ''}`);
		links.delete(check);
	});
	links.add(check);
}
