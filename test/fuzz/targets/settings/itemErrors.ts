import assert from 'node:assert/strict';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { ExpressionError, NodeOperationError } from 'n8n-workflow';
import { WanAvatarError } from '../../../../lib/base/errors/errors';
import { codeOf } from '../../../../lib/base/errors/foreignError';
import { errorItem, toNodeError, toRunError } from '../../../../nodes/WanAvatar/n8n/itemErrors';
import { wanAvatarNode } from '../../../nodes/WanAvatar/engine/wanAvatarNode';
import { fuzzTarget } from '../../target';
import { jsonValues, words } from '../../values';

/** Whatever code throws: not always errors, and not always plain ones. */
const thrown: fc.Arbitrary<unknown> = fc.oneof(
	words.map((text) => new Error(text)),
	words.map(
		(text) =>
			new WanAvatarError('JOB_FAILED', text, {
				remedy: text,
				details: { job_id: text, n: 1n, m: NaN },
			}),
	),
	jsonValues.map(
		(value) =>
			// JSON has no -0.
			new WanAvatarError('INVALID_INPUT', 'x', {
				remedy: '',
				details: { value: Object.is(value, -0) ? 0 : value },
			}),
	),
	words.map((text) => new ExpressionError(text)),
	words.map((text) => new NodeOperationError(wanAvatarNode, text)),
	words.map((text): unknown => runInNewContext('new TypeError(text)', { text })),
	jsonValues,
	fc.constantFrom<unknown>(
		undefined,
		null,
		5n,
		Symbol('x'),
		() => 'x',
		NaN,
		new Date(NaN),
		Object.create(null),
	),
	fc
		.constantFrom('circular', 'throwing', 'proxy', 'cause', 'toString', 'aggregate')
		.map((kind) => new Odd(kind)),
);

/** Made where it is thrown: who only generates it would meet its traps. */
class Odd {
	constructor(readonly kind: string) {}
}

const made = (error: unknown): unknown => (error instanceof Odd ? oddError(error.kind) : error);

function oddError(kind: string): unknown {
	const error = new Error(kind);
	switch (kind) {
		case 'circular':
			return Object.assign(error, { cause: error, errors: [error], self: error });
		case 'throwing':
			return Object.defineProperty(error, 'message', {
				get: () => {
					throw new Error('within a getter');
				},
			});
		case 'proxy':
			return new Proxy(error, {
				has: () => {
					throw new Error('within a trap');
				},
				get: () => {
					throw new Error('within a trap');
				},
			});
		case 'cause':
			return new Error('outer', { cause: { code: 'ECONNRESET', message: 7 } });
		case 'toString':
			return {
				toString: () => {
					throw new Error('within toString');
				},
			};
		default:
			return new AggregateError([error, 5, null], 'many');
	}
}

/** Whatever is thrown becomes an item of plain JSON, and an error of n8n that says something. */
export const itemErrors = fuzzTarget(
	'errors of items',
	fc.property(thrown, fc.array(thrown, { maxLength: 3 }), (given, others) => {
		const error = made(given);
		const { json } = errorItem(error);
		assert.deepEqual(JSON.parse(JSON.stringify(json)), json);
		assert.equal(typeof json.error, 'string');
		assert.deepEqual(Object.keys(json), ['error', 'details']);
		codeOf(error);
		const failed = [error, ...others.map(made)].map((each, item) => ({ error: each, item }));
		const [first = { error, item: 0 }] = failed;
		const run = { failed, others: [{ note: 'went on', item: 9 }], itemCount: 10 };
		for (const shown of [
			toNodeError(wanAvatarNode, first, run),
			toRunError(wanAvatarNode, error),
		]) {
			assert.equal(typeof shown.message, 'string');
			JSON.stringify({ message: shown.message, description: shown.description });
		}
	}),
);
