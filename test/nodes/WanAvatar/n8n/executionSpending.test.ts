import { expect, it } from '@jest/globals';
import { executionSpending } from '../../../../nodes/WanAvatar/n8n/executionMemory';

/** What n8n keeps of a node, after it was saved. */
function kept(spending: unknown) {
	const node = { wanAvatarSpending: spending };
	return { getContext: () => node };
}

const UNREADABLE = { bookings: [{ jobId: 'a', microUsd: null, isOpen: true }] };

it('what was kept and cannot be read costs no result of a run without a limit, such as one that wakes', async () => {
	await expect(executionSpending(kept(UNREADABLE), false)).resolves.toBeUndefined();
});

it('with a limit nothing is sent then', async () => {
	await expect(executionSpending(kept(UNREADABLE), true)).rejects.toThrow('cannot be read');
});
