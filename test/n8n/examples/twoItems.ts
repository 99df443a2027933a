import type { ExampleWorkflow } from '../../../demo/n8n/seed';
import { MANUAL } from '../avatarWorkflow';

/** The loop example for two avatars, `failing` and `fine`; the wait is short enough that n8n keeps it in memory. */
export function withTwoItemsAndShortWaits(example: ExampleWorkflow): ExampleWorkflow {
	const changes: Readonly<Record<string, object>> = {
		Submit: { avatarId: '={{ $json.avatar_id }}' },
		Wait: { amount: 1 },
	};
	const avatars = JSON.stringify([{ avatar_id: 'failing' }, { avatar_id: 'fine' }]);
	const source = {
		name: 'Two Avatars',
		type: 'n8n-nodes-base.set',
		typeVersion: 3.4,
		position: [110, 0],
		parameters: { mode: 'raw', jsonOutput: `{"avatars": ${avatars}}`, options: {} },
	};
	const split = {
		name: 'One Item Each',
		type: 'n8n-nodes-base.splitOut',
		typeVersion: 1,
		position: [160, 0],
		parameters: { fieldToSplitOut: 'avatars', options: {} },
	};
	const to = (node: string) => ({ main: [[{ node, type: 'main', index: 0 }]] });
	const nodes = example.nodes.map((node) => ({
		...node,
		parameters: { ...node.parameters, ...changes[node.name] },
	}));
	return {
		...example,
		nodes: [...nodes, source, split],
		connections: {
			...Object(example.connections),
			[MANUAL]: to(source.name),
			[source.name]: to(split.name),
			[split.name]: to('Submit'),
		},
	};
}
