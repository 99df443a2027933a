import assert from 'node:assert/strict';
import { z } from 'zod/v4';
import { fromJson } from '../../../lib/base/data/json';
import { API_KEY, type Account, type AccountHabits } from './account';
import { assertDocumented, documentedOf, type Answered } from './documented';
import { predictedStatuses, type Sent } from './predicted';
import { spoiledBody } from './spoiled';
import { HIDDEN, RAW_TEXTS, type Named, type Step } from './steps';
import { kindOf, recordIn, World, type Kind } from './world';

const WRITES = /^(create|update)/;

/** Sends the requests one after the other, and fails where an answer is not as it must be. */
export async function assertAnswers(
	account: Account,
	steps: readonly Step[],
	habits: AccountHabits,
): Promise<void> {
	const world = new World(habits);
	let admitted = 0;
	for (const step of steps) {
		const sent = requestOf(step, world);
		const answer = await sendStep(account, step, sent);
		assertDocumented(step.operation, answer);
		assert.ok(!answer.text.includes(HIDDEN), `shows a secret: ${answer.text}`);
		if (step.key !== 'right') {
			assert.equal(answer.status, 401);
			continue;
		}
		admitted += 1;
		if (isOverQuota(answer, admitted, habits)) continue;
		const predicted = predictedStatuses(sent, world);
		assert.ok(
			predicted.includes(answer.status),
			`${step.operation} ${sent.id}: ${String(answer.status)} and not ${predicted.join(', ')}: ${answer.text}`,
		);
		if (answer.status < 300) world.learn(step.operation, sent.id, sent.body, answer);
	}
	if (habits.quota === undefined) await assertWhole(account, world, habits);
}

function isOverQuota(
	{ status, headers }: Answered,
	admitted: number,
	{ quota }: AccountHabits,
): boolean {
	if (quota === undefined) {
		assert.equal(headers.get('ratelimit'), null);
		return false;
	}
	const left = Math.max(0, quota - admitted);
	assert.match(headers.get('ratelimit') ?? '', new RegExp(`^"minute";r=${String(left)};`));
	assert.equal(status === 429, admitted > quota);
	return status === 429;
}

function requestOf({ operation, on, body, raw, ...step }: Step, world: World): Sent {
	const isCreated = operation.startsWith('create');
	const id = isCreated ? '' : idOf(on, kindOf(operation), world);
	if (!WRITES.test(operation)) return { operation, id, text: undefined, body: undefined };
	const references = {
		...referenceOf('registry', 'registry', step.registry, world),
		...referenceOf('templateId', 'template', step.templateId, world),
	};
	const { registry, templateId, ...rest } = { registry: undefined, templateId: undefined, ...body };
	const isEndpoint = kindOf(operation) === 'endpoint';
	const right = {
		...rest,
		...(operation !== 'createRegistry' &&
			'registry' in references && { registry: references.registry }),
		...(isEndpoint && 'templateId' in references && { templateId: references.templateId }),
	};
	const usual = JSON.stringify(step.spoiling ? spoiledBody(right, step.spoiling) : right);
	const text = raw ? RAW_TEXTS[raw] : usual;
	return { operation, id, text, body: fromJson(text) };
}

/** Nothing where there is none to be named. */
function referenceOf(
	field: string,
	kind: Kind,
	named: Named | undefined,
	world: World,
): Record<string, string> {
	const isNone = typeof named?.which === 'number' && world.records[kind].size === 0;
	return named && !isNone ? { [field]: idOf(named, kind, world) } : {};
}

function idOf(named: Named, kind: Kind, world: World): string {
	const ids = [...world.records[kind].keys()];
	const deleted = world.deleted[kind] ?? 'never';
	if (typeof named.which === 'number') return ids[named.which % ids.length] ?? deleted;
	return named.which === 'deleted' ? deleted : 'never-ü';
}

async function sendStep(
	account: Account,
	{ operation, query, key }: Step,
	{ id, text }: Sent,
): Promise<Answered> {
	const { method, path } = documentedOf(operation);
	const named = path.replace('{id}', encodeURIComponent(id)).replace('{workerId}', 'worker');
	const search = new URLSearchParams(query).toString();
	const authorization = { right: `Bearer ${API_KEY}`, wrong: `Bearer ${HIDDEN}`, none: '' }[key];
	return await account.send(method, search === '' ? named : `${named}?${search}`, {
		text,
		authorization,
	});
}

/** All of the account is there, in lists of whatever pages, one by one, and at the queue API. */
async function assertWhole(account: Account, world: World, habits: AccountHabits): Promise<void> {
	world.assertListed('registry', await wholeList(account, '/v2/registries', 'registries', habits));
	world.assertListed('template', await wholeList(account, '/v2/templates', 'templates', habits));
	world.assertListed('endpoint', await wholeList(account, '/v2/serverless', 'endpoints', habits));
	for (const [id, record] of world.records.endpoint)
		assert.deepEqual((await account.send('GET', `/v2/serverless/${id}`)).body, record);
	const { queue } = account;
	const ids = [...world.records.endpoint.keys()].map((id) => [id, 200] as const);
	const gone = world.deleted.endpoint;
	for (const [id, status] of [...ids, ...(gone === undefined ? [] : [[gone, 404] as const])]) {
		const headers = { authorization: `Bearer ${API_KEY}` };
		const health = await fetch(`${queue.baseUrl}/${id}/health`, { headers });
		await health.text();
		assert.equal(health.status, status, `health of ${id}`);
	}
}

const page = z.object({ hasNextPage: z.boolean(), nextCursor: z.string().nullable() });

async function wholeList(
	account: Account,
	path: string,
	field: string,
	{ pageSize }: AccountHabits,
): Promise<unknown[]> {
	const all: unknown[] = [];
	for (let cursor: string | null = ''; cursor !== null;) {
		const { body } = await account.send('GET', cursor === '' ? path : `${path}?cursor=${cursor}`);
		const { [field]: items, pagination } = recordIn(body);
		all.push(
			...z
				.array(z.unknown())
				.max(pageSize ?? 1000)
				.parse(items),
		);
		cursor = pageSize === undefined ? null : page.parse(pagination).nextCursor;
	}
	return all;
}
