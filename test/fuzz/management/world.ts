import assert from 'node:assert/strict';
import { isJsonObject, type JsonObject } from '../../../lib/base/data/json';
import type { Answered, Operation } from './documented';

export type Kind = 'registry' | 'template' | 'endpoint';

export interface Habits {
	bindsTemplates: boolean;
	keepsUsedRegistries: boolean;
}

/** What the account must have after the requests so far, as it was told last. */
export class World {
	readonly records: Readonly<Record<Kind, Map<string, JsonObject>>> = {
		registry: new Map(),
		template: new Map(),
		endpoint: new Map(),
	};
	readonly deleted: Record<Kind, string | undefined> = {
		registry: undefined,
		template: undefined,
		endpoint: undefined,
	};
	/** The template of each endpoint that was made from one. */
	readonly boundTo = new Map<string, string>();

	constructor(readonly habits: Habits) {}

	isBound(templateId: string): boolean {
		return this.habits.bindsTemplates && [...this.boundTo.values()].includes(templateId);
	}

	isUsed(registryId: string): boolean {
		const all = [...this.records.endpoint.values()];
		return this.habits.keepsUsedRegistries && all.some(({ registry }) => registry === registryId);
	}

	/** Takes in an answer that did something, and fails where it is not what the request asked for. */
	learn(operation: Operation, id: string, body: unknown, { body: told }: Answered): void {
		switch (operation) {
			case 'createRegistry':
			case 'createTemplate':
			case 'createEndpoint':
				this.#made(kindOf(operation), recordIn(body), recordIn(told));
				return;
			case 'updateTemplate':
			case 'updateEndpoint':
				this.#changed(kindOf(operation), id, recordIn(body), recordIn(told));
				return;
			case 'getRegistry':
			case 'getTemplate':
			case 'getEndpoint':
				assert.deepEqual(told, this.records[kindOf(operation)].get(id));
				return;
			case 'deleteRegistry':
			case 'deleteTemplate':
			case 'deleteEndpoint':
				this.#removed(kindOf(operation), id);
				return;
			default:
		}
	}

	/** A whole list, the newest first. */
	assertListed(kind: Kind, listed: readonly unknown[]): void {
		assert.deepEqual(listed, [...this.records[kind].values()].reverse());
	}

	#made(kind: Kind, sent: JsonObject, told: JsonObject): void {
		const id = String(told.id);
		assert.ok(!this.records[kind].has(id), `the ID ${id} is given twice`);
		assertTold(sent, told);
		this.records[kind].set(id, told);
		if (kind === 'endpoint' && typeof sent.templateId === 'string')
			this.boundTo.set(id, sent.templateId);
	}

	#changed(kind: Kind, id: string, sent: JsonObject, told: JsonObject): void {
		const before = this.records[kind].get(id);
		assert.ok(before);
		assertTold(sent, told);
		assertKept(before, sent, told);
		this.records[kind].set(id, told);
	}

	#removed(kind: Kind, id: string): void {
		this.records[kind].delete(id);
		this.deleted[kind] = id;
		if (kind === 'registry') this.#forgetRegistry(id);
		if (kind !== 'endpoint') return;
		const template = this.boundTo.get(id);
		this.boundTo.delete(id);
		if (this.habits.bindsTemplates && template !== undefined)
			this.records.template.delete(template);
	}

	#forgetRegistry(id: string): void {
		for (const [templateId, template] of this.records.template)
			if (template.registry === id)
				this.records.template.set(templateId, { ...template, registry: null });
	}
}

export function kindOf(operation: Operation): Kind {
	if (operation.includes('Registr')) return 'registry';
	return operation.includes('Template') ? 'template' : 'endpoint';
}

/** Those that are told otherwise than they were said. */
const SAID_ONLY = ['username', 'password', 'templateId'];
const PARTS = ['gpu', 'workers', 'env', 'mounts'];

/** What was said stands in the answer. */
function assertTold(sent: JsonObject, told: JsonObject): void {
	for (const [name, value] of Object.entries(sent)) {
		if (SAID_ONLY.includes(name)) continue;
		if (PARTS.includes(name)) assertPart(name, recordIn(value), recordIn(told[name]));
		else if (name === 'cpu') assert.partialDeepStrictEqual(told.cpu, value);
		else assert.deepEqual(told[name], value, `${name} is told as it was said`);
	}
}

function assertPart(name: string, sent: JsonObject, told: JsonObject): void {
	for (const [inner, value] of Object.entries(sent)) {
		// An empty floor clears it.
		const wanted = inner === 'minCudaVersion' && value === '' ? null : value;
		assert.deepEqual(told[inner], wanted, `${name}.${inner} is told as it was said`);
	}
}

const CONTAINER = ['image', 'args', 'disk', 'ports', 'env', 'registry'];

/** What was not said stays as it was. */
function assertKept(before: JsonObject, sent: JsonObject, told: JsonObject): void {
	for (const [name, value] of Object.entries(before)) {
		if (name in sent || PARTS.includes(name)) continue;
		if ('templateId' in sent && CONTAINER.includes(name)) continue;
		assert.deepEqual(told[name], value, `${name} stays`);
	}
	if (!('env' in sent) && !('templateId' in sent))
		assert.deepEqual(told.env, before.env, 'env stays');
	const [was, is] = [recordIn(before.workers), recordIn(told.workers)];
	const said = recordIn(sent.workers);
	for (const name of ['min', 'max']) if (!(name in said)) assert.equal(is[name], was[name]);
}

export function recordIn(value: unknown): JsonObject {
	return isJsonObject(value) ? value : {};
}
