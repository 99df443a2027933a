import { expect, it } from '@jest/globals';
import { checkAdditionalInputs } from '../../../../lib/generation/request/requestOptions';

it.each(['constructor', 'toString', 'hasOwnProperty'])(
	'an additional worker input may be named %s, and be null',
	(name) => {
		const text = `{"${name}": null, "seed": 7}`;
		expect(checkAdditionalInputs(text)).toEqual({
			value: { [name]: null, seed: 7 },
			faults: [],
		});
	},
);

it.each(['[]', '"seed"', '7', '{"seed"', 'null'])(
	'additional worker inputs that are %s are refused in words',
	(text) => {
		const { faults } = checkAdditionalInputs(text);
		expect(faults).toEqual([
			{
				field: 'additionalWorkerInputs',
				message: expect.stringMatching(/^must be a JSON object such as/),
			},
		]);
	},
);
