/** A version of n8n with the parts of it that load and run nodes, and a Node.js that it takes. */
export interface N8nVersion {
	n8n: string;
	core: string;
	workflow: string;
	node: string;
}

/**
 * The versions that the README names, oldest first; each is tried by `npm run test:versions`.
 * n8n 1.71 does not find a node that is listed in `dist/types`, as this package does.
 */
export const N8N_VERSIONS: readonly [N8nVersion, ...N8nVersion[]] = [
	{ n8n: '1.72.1', core: '1.72.1', workflow: '1.71.1', node: '20.20.2' },
	{ n8n: '1.82.3', core: '1.81.1', workflow: '1.80.1', node: '20.20.2' },
	{ n8n: '1.123.81', core: '1.122.48', workflow: '1.120.31', node: '22.23.3' },
	{ n8n: '2.20.12', core: '2.20.6', workflow: '2.20.3', node: '22.23.3' },
	{ n8n: '2.41.1', core: '2.41.1', workflow: '2.41.0', node: '24.21.0' },
];
