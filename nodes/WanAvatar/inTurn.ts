import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { WanAvatarError } from '../../lib/contract/errors';
import type { End } from '../../lib/generation/settled';
import type { ItemWithFiles, RunMode } from './operation';

/**
 * Works on one item after the other, since they may concern the same endpoint; without Continue On Fail a fault ends it.
 * After Stop nothing more is started, also not by the next try of Retry On Fail.
 */
export async function inTurn<T extends IDataObject | IDataObject[] | ItemWithFiles>(
	context: IExecuteFunctions,
	{ continueOnFail }: RunMode,
	work: (item: number) => Promise<T>,
): Promise<End<T>[]> {
	const { settle } = await import('../../lib/generation/settled');
	const ends: End<T>[] = [];
	let isOver = false;
	for (const [item] of context.getInputData().entries()) {
		const end: End<T> = isOver
			? { skipped: 'not started' }
			: await settle(unlessStopped(context, async () => await work(item)));
		isOver ||= 'error' in end && !continueOnFail;
		ends.push(end);
	}
	return ends;
}

async function unlessStopped<T>(context: IExecuteFunctions, work: () => Promise<T>): Promise<T> {
	if (!context.getExecutionCancelSignal()?.aborted) return await work();
	throw new WanAvatarError('STOPPED', 'The workflow was stopped before this item', {
		remedy: 'Nothing was done for it.',
	});
}
