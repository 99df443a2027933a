import { randomInt } from 'node:crypto';

export type Body = Record<string, unknown>;

/** A registry auth with the secrets that the API never gives out. */
export interface RegistryRecord {
	id: string;
	name: string;
	username: string;
	password: string;
}

/** A template as the API gives it out. */
export type TemplateRecord = Body & { id: string; name: string };

export function registryRecord(body: Body): RegistryRecord {
	return {
		id: newId(25),
		name: String(body.name),
		username: String(body.username),
		password: String(body.password),
	};
}

export function templateRecord(body: Body): TemplateRecord {
	return {
		id: newId(10),
		args: '',
		disk: 50,
		mounts: {},
		ports: [],
		env: {},
		registry: null,
		serverless: false,
		public: false,
		category: 'NVIDIA',
		startSsh: true,
		startJupyter: true,
		allowedCudaVersions: [],
		...body,
		name: String(body.name),
	};
}

/** RunPod's ids are small letters and digits. */
export function newId(length: number): string {
	return Array.from({ length }, () => randomInt(36).toString(36)).join('');
}
