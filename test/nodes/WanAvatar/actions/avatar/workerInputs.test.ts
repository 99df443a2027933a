import { describe, expect, it } from '@jest/globals';
import { jobInputFields } from '../../../../../lib/contract/jobInput';
import { drivingVideoSources } from '../../../../../nodes/WanAvatar/actions/avatar/drivingVideo';
import { portraitSources } from '../../../../../nodes/WanAvatar/actions/avatar/portrait';
import {
	readWorkerInputs,
	workerInputLabels,
} from '../../../../../nodes/WanAvatar/actions/avatar/workerInputs';

const sourceFields = [...portraitSources, ...drivingVideoSources].flatMap(({ field, idField }) =>
	idField === undefined ? [field] : [field, idField],
);

describe('the worker inputs of the form', () => {
	it('are the fields of the contract, all of them', () => {
		const inForm = new Set([...sourceFields, ...workerInputLabels.map(([field]) => field)]);
		inForm.delete('binary');
		expect([...inForm].sort()).toEqual(Object.keys(jobInputFields.shape).sort());
	});

	it('fill one field each', () => {
		const fields = workerInputLabels.map(([field]) => field);
		expect(fields).toEqual([...new Set(fields)]);
	});

	it('are sent under the names of the contract, blank ones only where one must be given', () => {
		const form: Record<string, unknown> = {
			userId: '',
			avatarId: 'a',
			outputVideoKey: '',
			prompt: 'calm',
			negativePrompt: '',
		};
		expect(readWorkerInputs((name) => form[name] ?? '')).toEqual({
			always: { user_id: '', avatar_id: 'a' },
			unlessBlank: { prompt: 'calm' },
		});
	});
});
