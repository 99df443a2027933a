/** A package that ours is measured beside, at the version whose options and parameters the bench knows. */
export interface Peer {
	/** As tables show it. */
	title: string;
	packageName: string;
	version: string;
}

/** Community packages, each installed from npm into a folder of its own. */
export const COMMUNITY_PEERS = {
	heyGen: {
		title: 'HeyGen',
		packageName: '@heygenofficial/n8n-nodes-heygen-official',
		version: '0.1.9',
	},
	fal: { title: 'fal', packageName: '@fal-ai/n8n-nodes-fal', version: '1.0.1' },
	minio: { title: 'n8n-nodes-minio', packageName: 'n8n-nodes-minio', version: '0.1.4' },
	minioWinth: {
		title: '@winth03/n8n-nodes-minio',
		packageName: '@winth03/n8n-nodes-minio',
		version: '1.3.0',
	},
} as const satisfies Record<string, Peer>;

/** n8n's own, which come with the whole n8n that `npm run n8n` installs. */
export const N8N_PEERS = {
	awsS3: { title: 'AWS S3 of n8n', packageName: 'n8n-nodes-base', version: '2.41.1' },
	openAi: {
		title: 'OpenAI video of n8n',
		packageName: '@n8n/n8n-nodes-langchain',
		version: '2.41.1',
	},
} as const satisfies Record<string, Peer>;
