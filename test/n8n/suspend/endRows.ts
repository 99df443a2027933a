import { until } from '../rig';
import { CONTINUE, ended, endFirst, recordOf, statusFault, twoDone, type Row } from './row';

/** Jobs that end in other ways than well, and calls when something is down or over. */
export const endRows: readonly Row[] = [
	{
		name: 'a job fails',
		items: 2,
		act: (sleeper) => {
			sleeper.end(0);
			sleeper.end(1, { kind: 'failed', error: 'CUDA out of memory' });
			return Promise.resolve(undefined);
		},
		status: 'error',
		out: ['! Job <job> failed on the worker: CUDA out of memory [item 1]'],
		wentOn: 0,
	},
	{
		name: 'a job fails, Continue On Fail',
		items: 3,
		options: CONTINUE,
		act: (sleeper) => {
			sleeper.end(1, { kind: 'failed', error: 'CUDA out of memory' });
			sleeper.end(2);
			sleeper.end(0);
			return Promise.resolve(undefined);
		},
		out: ['0 COMPLETED', '1 ! Job <job> failed on the worker: CUDA out of memory', '2 COMPLETED'],
	},
	{
		name: 'a job is cancelled',
		items: 2,
		options: CONTINUE,
		act: ended('cancelled'),
		out: ['0 ! Job <job> was cancelled before it had a video', '1 COMPLETED'],
	},
	{
		name: 'a job times out',
		items: 2,
		options: CONTINUE,
		act: ended('timedOut'),
		out: ['0 ! Job <job> ran out of its time on RunPod (TIMED_OUT)', '1 COMPLETED'],
	},
	{
		name: 'a job ends without an answer',
		items: 2,
		options: CONTINUE,
		act: ended('completedWithoutOutput'),
		out: twoDone,
	},
	{
		name: 'a job has another output than a video',
		items: 2,
		options: CONTINUE,
		act: (sleeper) => {
			sleeper.end(0, { kind: 'output', output: { message: 'no face found' } });
			sleeper.end(1);
			return Promise.resolve(undefined);
		},
		out: [
			'0 ! Job <job> is completed on the worker, but its output names no video: n',
			'1 COMPLETED',
		],
	},
	{
		name: 'n8n is down for all three tries',
		items: 2,
		whileDown: async (sleeper) => {
			sleeper.end(0);
			await until(() => sleeper.answers().length === 3);
		},
		act: (sleeper) => {
			const lost = sleeper.answers().slice(0, 3);
			sleeper.end(1);
			return Promise.resolve(lost);
		},
		answers: [0, 0, 0],
		out: twoDone,
	},
	{
		name: 'RunPod cannot be asked at the look',
		items: 1,
		act: async (sleeper, rig) => {
			statusFault(rig, sleeper, { status: 401, times: 1 });
			return await endFirst(sleeper, 2);
		},
		answers: [503, 200],
		out: ['0 COMPLETED'],
	},
	{
		name: 'MinIO cannot be written at the look',
		items: 2,
		act: async (sleeper, rig) => {
			rig.standIn.storage.fault({
				method: 'PUT',
				key: recordOf(sleeper, 0),
				status: 503,
				times: 20,
			});
			const answers = await endFirst(sleeper, 1);
			rig.standIn.storage.clearFaults();
			await until(() => sleeper.answers().length > 1);
			sleeper.end(1);
			return answers;
		},
		answers: [503],
		out: twoDone,
	},
	{
		name: 'RunPod has forgotten a job that was done',
		items: 2,
		act: async (sleeper, rig) => {
			const answers = await endFirst(sleeper, 1);
			statusFault(rig, sleeper, { status: 404, times: Infinity });
			sleeper.end(1);
			return answers;
		},
		answers: [200],
		out: twoDone,
	},
	{
		name: 'RunPod has forgotten a job that failed',
		items: 2,
		options: CONTINUE,
		act: async (sleeper, rig) => {
			sleeper.end(0, { kind: 'failed', error: 'CUDA out of memory' });
			await until(() => sleeper.answers().length === 1);
			statusFault(rig, sleeper, { status: 404, times: Infinity });
			sleeper.end(1);
			return sleeper.answers().slice(0, 1);
		},
		answers: [200],
		out: ['0 ! Job <job> failed on the worker: CUDA out of memory', '1 COMPLETED'],
	},
	{
		name: 'RunPod does not know a young job at the look',
		items: 1,
		act: async (sleeper, rig) => {
			statusFault(rig, sleeper, { status: 404, times: 1 });
			return await endFirst(sleeper, 2);
		},
		answers: [503, 200],
		out: ['0 COMPLETED'],
	},
	{
		name: 'a job fails, is retried on RunPod and done',
		items: 2,
		options: CONTINUE,
		act: async (sleeper, rig) => {
			sleeper.end(0, { kind: 'failed', error: 'CUDA out of memory' });
			await until(() => sleeper.answers().length === 1);
			const { baseUrl, endpointId, apiKey } = rig.standIn.address().runpod;
			await fetch(`${baseUrl}/${endpointId}/retry/${sleeper.job(0).id}`, {
				method: 'POST',
				headers: { authorization: `Bearer ${apiKey}` },
			});
			await until(() => sleeper.answers().length === 2);
			sleeper.end(1);
			return undefined;
		},
		out: twoDone,
	},
	{
		name: 'after Stop',
		items: 1,
		act: async (sleeper, rig) => {
			await rig.n8n.rest.stop(sleeper.executionId);
			return await endFirst(sleeper, 3);
		},
		answers: [409, 409, 409],
		status: 'canceled',
		out: ['! The execution was cancelled manually'],
		wentOn: 0,
	},
	{
		name: 'after the end',
		items: 1,
		act: async (sleeper, rig) => {
			sleeper.end(0);
			await rig.ended(sleeper.executionId);
			return [await sleeper.call(0)];
		},
		answers: [409],
		out: ['0 COMPLETED'],
	},
	{
		name: 'after the deadline',
		items: 2,
		options: { parameters: { waitingOptions: { timeoutMinutes: 0.1 } } },
		act: async (sleeper, rig) => {
			await rig.ended(sleeper.executionId);
			return [await sleeper.call(0)];
		},
		answers: [409],
		out: ['0 IN_QUEUE', '1 IN_QUEUE'],
	},
	{
		name: 'deleted while it sleeps',
		items: 1,
		act: async (sleeper, rig) => {
			await rig.n8n.rest.request('POST', '/executions/delete', { ids: [sleeper.executionId] });
			return await endFirst(sleeper, 1);
		},
		answers: [404],
		status: 'deleted',
		out: [],
		wentOn: 0,
	},
];
