/** What the package is measured beside: packages of npm, at these versions. */
export const PEERS = {
	/** Comes with the whole n8n, whose version `demo/n8n/install.ts` has. */
	openAi: {
		name: "n8n's OpenAI node",
		package: '@n8n/n8n-nodes-langchain',
		version: '2.41.1',
	},
} as const;
