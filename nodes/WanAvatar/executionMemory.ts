import type { IExecuteFunctions } from 'n8n-workflow';
import type { JobMemory } from '../../lib/generation/ports';

const KEY = 'wanAvatarJobs';

/** Notes that n8n keeps for this node between the tries of one execution (Retry On Fail), in memory until it saves. */
export function executionMemory(context: IExecuteFunctions): JobMemory {
	const node = context.getContext('node');
	const notes = () => {
		const found: unknown = node[KEY];
		return typeof found === 'object' && found !== null ? found : {};
	};
	return {
		read: (slot) => new Map<string, unknown>(Object.entries(notes())).get(slot),
		write: (slot, note) => {
			node[KEY] = { ...notes(), [slot]: note };
		},
	};
}

/** How often this node has run in this execution: a loop runs it again with other items. */
export function runIndexOf(context: IExecuteFunctions, item: number): number {
	const { $runIndex } = context.getWorkflowDataProxy(item);
	return typeof $runIndex === 'number' ? $runIndex : 0;
}
