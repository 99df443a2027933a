import type { StandIn } from '../../standin/standin';

/** Avatar IDs with which one sees what else can happen: `fails`, and `no-thumbnail`. */
export function playFaults({ queue, storage }: Pick<StandIn, 'queue' | 'storage'>): void {
	queue.script({
		kind: 'failed',
		when: ({ avatar_id }) => avatar_id === 'fails',
		error: { error_type: 'RuntimeError', error_message: 'CUDA out of memory' },
	});
	const key = /\/no-thumbnail\/[^/]+\.jpg$/;
	storage.fault({ method: 'PUT', key, status: 403, times: Infinity });
}
