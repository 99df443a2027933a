import * as z from 'zod/v4';
import type { Environment, Rig } from './rig';

const made = z.object({ id: z.string() });

/** What a person does in RunPod's console, by its REST API. */
export interface Console {
	/** Makes one and gives its ID. */
	make: (kind: 'registries' | 'templates' | 'serverless', body: object) => Promise<string>;
	/** Changes the only one that there is. */
	change: (kind: 'templates' | 'serverless', body: object) => Promise<void>;
	remove: (kind: 'serverless', id: string) => Promise<void>;
}

export function openConsole({ management }: Rig): Console {
	const send = async (method: string, path: string, body?: object): Promise<Response> => {
		const response = await fetch(`${management.baseUrl}/${path}`, {
			method,
			headers: { authorization: `Bearer ${management.apiKey}` },
			...(body ? { body: JSON.stringify(body) } : {}),
		});
		if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
		return response;
	};
	return {
		make: async (kind, body) => made.parse(await (await send('POST', kind, body)).json()).id,
		change: async (kind, body) => {
			const { templates, endpoints } = management.contents();
			const [thing] = kind === 'templates' ? templates : endpoints;
			await send('PATCH', `${kind}/${String(thing?.id)}`, body);
		},
		remove: async (kind, id) => {
			await send('DELETE', `${kind}/${id}`);
		},
	};
}

const planned = z.object({
	name: z.string(),
	steps: z.array(
		z.object({
			resource: z.string(),
			action: z.string(),
			name: z.string(),
			id: z.string().nullable(),
			changes: z.array(z.object({ field: z.string(), from: z.string(), to: z.string() })),
		}),
	),
	kept: z.array(
		z.object({
			resource: z.string(),
			field: z.string(),
			value: z.string(),
			default: z.string(),
		}),
	),
	notes: z.array(z.string()),
	changes_something: z.boolean(),
});

/** What `plan --json` gives out. */
export async function planJson(
	rig: Rig,
	args: string[] = [],
	changes: Environment = {},
): Promise<z.output<typeof planned>> {
	const { exitCode, out, err } = await rig.command(['plan', '--json', ...args], changes);
	if (exitCode !== 0) throw new Error(err.join('\n'));
	return planned.parse(JSON.parse(out.join('\n')));
}
