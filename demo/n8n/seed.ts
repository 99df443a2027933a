import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as z from 'zod/v4';
import type { Named, NewCredential, NewDataTable, Owner, Rest } from './rest';

export const OWNER: Owner = {
	email: 'owner@example.com',
	firstName: 'Avatar',
	lastName: 'Owner',
	password: 'Avatar-demo-1',
};

const EXAMPLES = resolve(__dirname, '..', '..', 'examples');

/** Which credentials a node takes; an example file names none. */
const CREDENTIAL_TYPES: Readonly<Record<string, readonly string[]>> = {
	'n8n-nodes-wan-avatar.wanAvatar': ['runPodApi', 'minioApi'],
	'n8n-nodes-wan-avatar.wanAvatarTrigger': ['runPodApi', 'minioApi'],
	'n8n-nodes-wan-avatar.wanAvatarTool': ['runPodApi', 'minioApi'],
	'@n8n/n8n-nodes-langchain.lmChatOpenAi': ['openAiApi'],
	'n8n-nodes-base.emailSend': ['smtp'],
	'n8n-nodes-base.wordpress': ['wordpressApi'],
};

/** The columns of the table that *A night of avatars* works through. */
export const AVATARS_TABLE: Omit<NewDataTable, 'rows'> = {
	name: 'avatars',
	columns: {
		user_id: 'string',
		avatar_id: 'string',
		portrait: 'string',
		driving_video: 'string',
		video_key: 'string',
		video_link: 'string',
		job_id: 'string',
		cost_usd: 'number',
		problem: 'string',
	},
};

/** A row that has no video yet, of the files that the stand-in's bucket has. */
export function openRow(avatarId: string): object {
	return {
		user_id: 'night',
		avatar_id: avatarId,
		portrait: 'input-avatars/portrait.png',
		driving_video: 'sitting-woman/driving-video.mp4',
	};
}

const parameters = z.looseObject({ linkOptions: z.looseObject({}).optional() });
const node = z.looseObject({ name: z.string(), type: z.string(), parameters });
const workflow = z.looseObject({ name: z.string(), nodes: z.array(node) });
export type ExampleWorkflow = z.infer<typeof workflow>;

/** Makes the first user, or signs in; then brings in the credentials, and the table and the examples that are not there yet. */
export async function seed(
	rest: Rest,
	credentials: readonly NewCredential[],
	publicBaseUrl: string | undefined,
): Promise<string[]> {
	await rest.signIn(OWNER);
	const saved = await saveCredentials(rest, credentials);
	const tables = await rest.dataTables();
	if (!tables.some(({ name }) => name === AVATARS_TABLE.name))
		await rest.createDataTable({ ...AVATARS_TABLE, rows: ['anna', 'ben', 'cleo'].map(openRow) });
	const known = (await rest.workflows()).map(({ name }) => name);
	const examples = readExamples();
	for (const example of examples)
		if (!known.includes(example.name)) {
			const whole = withCredentials(example, saved);
			await rest.createWorkflow(publicBaseUrl ? withPublicLinks(whole, publicBaseUrl) : whole);
		}
	return examples.map(({ name }) => name);
}

/** The saved credentials by their type. */
export type CredentialsByType = ReadonlyMap<string, Named>;

export async function saveCredentials(
	rest: Rest,
	credentials: readonly NewCredential[],
): Promise<CredentialsByType> {
	const saved = new Map<string, Named>();
	for (const credential of credentials)
		saved.set(credential.type, await rest.saveCredential(credential));
	return saved;
}

export function readExamples(): ExampleWorkflow[] {
	const files = readdirSync(EXAMPLES).filter((name) => name.endsWith('.json'));
	return files.map(readExample);
}

/** @throws Error when it is no workflow of n8n */
export function readExample(file: string): ExampleWorkflow {
	return workflow.parse(JSON.parse(readFileSync(join(EXAMPLES, file), 'utf8')));
}

/** Chooses the credentials in each node that takes some, as a person does after an import. */
export function withCredentials(
	example: ExampleWorkflow,
	saved: CredentialsByType,
): ExampleWorkflow {
	const nodes = example.nodes.map((one) => {
		const chosen = (CREDENTIAL_TYPES[one.type] ?? []).flatMap((type) => {
			const credential = saved.get(type);
			return credential ? [[type, { id: credential.id, name: credential.name }] as const] : [];
		});
		if (chosen.length === 0) return one;
		const credentials = Object.fromEntries(chosen);
		return { ...one, credentials, parameters: withMinio(one.parameters, credentials) };
	});
	return { ...example, nodes };
}

/** The switch that shows the credential is on where one is chosen. */
function withMinio(
	given: ExampleWorkflow['nodes'][number]['parameters'],
	credentials: object,
): ExampleWorkflow['nodes'][number]['parameters'] {
	return 'minioApi' in credentials ? { useMinioCredential: true, ...given } : given;
}

/** Fills in where the public bucket is, for the links of each node that makes lasting ones. */
export function withPublicLinks(example: ExampleWorkflow, publicBaseUrl: string): ExampleWorkflow {
	const nodes = example.nodes.map((one) => {
		const { linkOptions } = one.parameters;
		if (linkOptions?.linkType !== 'public') return one;
		const filled = { ...linkOptions, publicBaseUrl };
		return { ...one, parameters: { ...one.parameters, linkOptions: filled } };
	});
	return { ...example, nodes };
}
