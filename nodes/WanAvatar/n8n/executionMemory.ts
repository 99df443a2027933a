import type { IExecuteFunctions } from 'n8n-workflow';
import type { JobMemory } from '../../../lib/generation/request/ports';

const KEY = 'wanAvatarJobs';

/** Notes that n8n keeps for this node between the tries of one execution (Retry On Fail), in memory until it saves. */
export function executionMemory(context: Pick<IExecuteFunctions, 'getContext'>): JobMemory {
	const node = context.getContext('node');
	return {
		read: (slot) => {
			const notes: unknown = node[KEY];
			return isNotes(notes) && Object.hasOwn(notes, slot) ? notes[slot] : undefined;
		},
		write: (slot, note) => {
			const notes: unknown = node[KEY];
			// In place: a copy for each note would be quadratic in the items.
			if (isNotes(notes)) notes[slot] = note;
			else node[KEY] = { [slot]: note };
		},
	};
}

function isNotes(notes: unknown): notes is Record<string, unknown> {
	return typeof notes === 'object' && notes !== null;
}

/** How often this node has run in this execution: a loop runs it again with other items. */
export function runIndexOf(context: IExecuteFunctions): number {
	const { $runIndex } = context.getWorkflowDataProxy(0);
	return typeof $runIndex === 'number' ? $runIndex : 0;
}
