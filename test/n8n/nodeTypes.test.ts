import { afterAll, beforeAll, expect, it } from '@jest/globals';
import * as z from 'zod/v4';
import { startRig, type Rig } from './rig';

const option = z.looseObject({ value: z.unknown().optional() });
const property = z.looseObject({ name: z.string(), options: z.array(option).optional() });
const type = z.looseObject({ name: z.string(), properties: z.array(property).optional() });
type Property = z.infer<typeof property>;

let rig: Rig;

beforeAll(async () => {
	rig = await startRig();
});
afterAll(async () => {
	await rig.close();
});

/** The fields of a node or a credential as n8n shows them, with what it adds itself. */
async function fieldsOf(kind: 'nodes' | 'credentials', name: string): Promise<Property[]> {
	const types = z.array(type).parse(await rig.n8n.rest.types(kind));
	return types.find((one) => one.name === name)?.properties ?? [];
}

it('no resource and no operation offers a Custom API Call', async () => {
	const fields = await fieldsOf('nodes', 'n8n-nodes-wan-avatar.wanAvatar');
	const choices = fields
		.filter(({ name }) => name === 'resource' || name === 'operation')
		.flatMap(({ options = [] }) => options.map(({ value }) => value));

	expect(choices).toEqual(expect.arrayContaining(['avatar', 'generate', 'getStatus']));
	expect(choices).not.toContain('__CUSTOM_API_CALL__');
});

it('a RunPod credential may be kept to some domains', async () => {
	const names = (await fieldsOf('credentials', 'runPodApi')).map(({ name }) => name);

	expect(names).toEqual(expect.arrayContaining(['allowedHttpRequestDomains', 'allowedDomains']));
});
