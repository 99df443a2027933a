import * as z from 'zod/v4';
import { WanAvatarError } from '../../base/errors/errors';
import type { SpendingNotes } from '../request/ports';

const amount = z.number().min(0);
const price = z.object({ gpuType: z.string(), microUsdPerHour: amount });

const notes = z.object({
	bookings: z.array(
		z.object({ jobId: z.string().nullable(), microUsd: amount, isOpen: z.boolean() }),
	),
	costs: z
		.object({
			prices: z.array(price),
			catalog: z.array(price),
			gpuCount: amount,
			idleTimeoutSeconds: amount,
			startLimitSeconds: amount,
			runLimitMs: amount.optional(),
			maxWorkers: amount,
		})
		.transform(({ runLimitMs, ...costs }) => ({ ...costs, runLimitMs }))
		.optional(),
}) satisfies z.ZodType<SpendingNotes>;

/**
 * What an execution has spent, as n8n has kept it.
 * @throws WanAvatarError where it cannot be read: nobody knows then what may still be spent
 */
export function readSpending(kept: unknown): SpendingNotes {
	const { data } = notes.safeParse(kept ?? { bookings: [] });
	if (data) return data;
	throw new WanAvatarError('INTERNAL', 'What this execution has spent so far cannot be read', {
		remedy: 'Nothing was sent to RunPod. Run the workflow anew.',
	});
}
