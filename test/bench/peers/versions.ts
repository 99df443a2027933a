/** A package of npm that this one is measured beside. */
export interface Peer {
	/** As tables show it. */
	name: string;
	package: string;
	version: string;
}

/** What the package is measured beside: packages of npm, at these versions. */
export const PEERS = {
	/** Both come with the whole n8n, whose version `demo/n8n/install.ts` has. */
	openAi: {
		name: "n8n's OpenAI node",
		package: '@n8n/n8n-nodes-langchain',
		version: '2.41.1',
	},
	awsS3: { name: "n8n's AWS S3 node", package: 'n8n-nodes-base', version: '2.41.1' },
	heyGen: {
		name: 'HeyGen',
		package: '@heygenofficial/n8n-nodes-heygen-official',
		version: '0.1.9',
	},
	fal: { name: 'fal', package: '@fal-ai/n8n-nodes-fal', version: '1.0.1' },
	minio: { name: 'n8n-nodes-minio', package: 'n8n-nodes-minio', version: '0.1.4' },
	minioWinth: {
		name: '@winth03/n8n-nodes-minio',
		package: '@winth03/n8n-nodes-minio',
		version: '1.3.0',
	},
} as const satisfies Record<string, Peer>;
