import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { IExecuteFunctions } from 'n8n-workflow';
import { InvalidInput } from '../../../../lib/base/errors/invalidInput';
import { parseEndpointId } from '../../../../lib/deployment/settings/endpointId';
import {
	isModel,
	modelAddress,
	modelReferenceIn,
} from '../../../../lib/deployment/settings/modelReference';
import { parseTemplateReference } from '../../../../lib/storage/template/templateReference';
import { readLocator } from '../../../../nodes/WanAvatar/fields/formValue';
import { fuzzTarget } from '../../target';
import { jsonValues, words } from '../../values';

const ids = fc.stringMatching(/^[\w-]{1,16}$/);
const blanks = fc.constantFrom('', ' ', '\n', '\u200b', '\u00a0', '\u200f ');
const modes = fc.oneof(fc.constantFrom('list', 'id', 'url', 'path'), words);
const locators = fc.oneof(
	jsonValues,
	fc.record({ __rl: fc.constant(true), mode: modes, value: fc.oneof(words, jsonValues) }),
);

/** Whatever an expression gives in the place of a choice is an ID, or a fault of the field. */
export const locatorValues = fuzzTarget(
	'locators',
	fc.property(locators, fc.oneof(ids, fc.constant('')), (given, own) => {
		const { mode, value } = readLocator(formWith(given), 0, 'endpoint');
		const id = orFault(() => parseEndpointId(value, own));
		if (id !== undefined) assert.match(id, /^[\w-]+$/);
		const template = orFault(() => parseTemplateReference({ mode, value }));
		if (!template) return;
		const key = 'id' in template ? template.id : template.path;
		assert.ok(!key.split('/').some((segment) => ['', '.', '..'].includes(segment)));
	}),
);

const ADDRESSES = [
	(id: string) => `https://api.runpod.ai/v2/${id}`,
	(id: string) => `https://api.runpod.ai/v2/${id}/run`,
	(id: string) => `https://console.runpod.io/serverless/user/endpoint/${id}?tab=requests`,
	(id: string) => `http://127.0.0.1:8080/v2/${id}/status/job-1`,
] as const;

/** The same endpoint from the list, by its ID and by each address of it. */
export const sameEndpoint = fuzzTarget(
	'one endpoint, chosen in all ways',
	fc.property(ids, blanks, blanks, (id, before, after) => {
		const chosen = (value: unknown) =>
			parseEndpointId(readLocator(formWith(value), 0, 'endpoint').value, 'other');
		const texts = [id, ...ADDRESSES.map((address) => address(id))].map(
			(text) => before + text + after,
		);
		for (const text of texts) {
			assert.equal(chosen(text), id);
			assert.equal(chosen({ __rl: true, mode: 'id', value: text }), id);
		}
		assert.equal(chosen({ __rl: true, mode: 'list', value: id, cachedResultName: 'x' }), id);
	}),
);

/** A model that is read is the same once it is written down, and any text is read at once. */
export const models = fuzzTarget(
	'models',
	fc.property(
		fc.oneof(
			words,
			fc.stringMatching(/^(https:\/\/huggingface\.co\/)?[\w./:-]{1,40}$/),
			fc
				.integer({ min: 1, max: 20_000 })
				.map((count) => `${'a.'.repeat(count)}/${'-'.repeat(count)}!`),
		),
		(text) => {
			const found = modelReferenceIn(text);
			if (!found) return;
			const address = modelAddress(found);
			assert.deepEqual(modelReferenceIn(address), found);
			assert.ok(isModel(address, address) && isModel(text, address));
		},
	),
);

function orFault<T>(work: () => T): T | undefined {
	try {
		return work();
	} catch (error) {
		if (!(error instanceof InvalidInput)) throw error;
		assert.doesNotMatch(error.message, /[\u0000-\u001f\u007f]/);
		return undefined;
	}
}

/** All that is asked of n8n here is the value of a field. */
function formWith(value: unknown): IExecuteFunctions {
	const form = { getNodeParameter: () => value };
	if (!isForm(form)) throw new Error('no form');
	return form;
}

function isForm(value: object): value is IExecuteFunctions {
	return 'getNodeParameter' in value;
}
