import type { Rest } from '../../../demo/n8n/rest';
import { withCredentials, type CredentialsByType } from '../../../demo/n8n/seed';
import { generateForm, located } from '../../nodes/WanAvatar/engine/rig';
import { USER_ID, VIDEO_KEY } from './keys';

/** How requests come to n8n. `sleep` and `trigger` come by a webhook. */
export type Flow = 'form' | 'sleep' | 'trigger' | 'schedule';

/** The addresses under which n8n takes requests, and asks by job ID. */
export const PATHS = {
	form: '/form/soak-form',
	sleep: '/webhook/soak-sleep',
	trigger: '/webhook/soak-trigger',
	byJobId: '/webhook/soak-by-job-id',
} as const;

export const FORM_FIELDS = ['Portrait', 'Driving Video', 'Avatar ID', 'If Exists', 'Anyway'];

interface Step {
	name: string;
	type: string;
	typeVersion: number;
	parameters: Readonly<Record<string, unknown>>;
	/** Further settings of the node. */
	settings?: Readonly<Record<string, unknown>>;
}

const CONTINUE = { onError: 'continueRegularOutput' };
const RETRY = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1000 };
const AVATAR_TYPE = 'n8n-nodes-wan-avatar.wanAvatar';
const SCHEDULE_SECONDS = 10;
/** A minute longer than an item waits for an execution that was killed while it submitted the same. */
const TIMEOUT_MINUTES = 2;

/** Makes and publishes all workflows of the soak; `toSoak` is where they tell what came of their items. */
export async function publishFlows(
	rest: Rest,
	{ credentials, toSoak, toN8n }: { credentials: CredentialsByType; toSoak: string; toN8n: string },
): Promise<void> {
	const publish = async (name: string, steps: readonly Step[], began?: Step) => {
		const workflow = await rest.createWorkflow(
			withCredentials(workflowOf(name, steps, began), credentials),
		);
		await rest.activate(workflow);
		return workflow;
	};
	const ended = await publish('Job ends', [endTrigger(), report(toSoak, 'result')]);
	const callback = `${toN8n}/webhook/${END_WEBHOOK_ID}/${ended.id}`;
	await publish(
		'Form',
		[formTrigger(), generate(formParameters()), report(toSoak, 'result')],
		report(toSoak, 'began'),
	);
	const asleep = { waitMode: 'suspend' };
	await publish(
		'Webhook, asleep',
		[webhook(PATHS.sleep), split(), generate(asleep), waitForRest(), report(toSoak, 'result')],
		report(toSoak, 'began'),
	);
	const free = {
		waitForCompletion: false,
		workerOptions: { ...again.workerOptions, webhookUrl: callback },
	};
	await publish(
		'Webhook, trigger',
		[webhook(PATHS.trigger), split(), generate(free), report(toSoak, 'submitted')],
		report(toSoak, 'began'),
	);
	await publish('By job ID', [
		webhook(PATHS.byJobId),
		split(),
		waitForJob(),
		report(toSoak, 'result'),
	]);
	await publish('Schedule', [
		schedule(),
		batch(toSoak),
		generate({}, RETRY),
		report(toSoak, 'result'),
	]);
}

const END_WEBHOOK_ID = '5a0c0000-0000-4000-8000-000000000001';

function workflowOf(name: string, steps: readonly Step[], began?: Step) {
	const connections = steps.slice(1).map((step, index) => {
		const first = index === 0 && began ? [link(began.name)] : [];
		return [steps[index]?.name ?? '', { main: [[...first, link(step.name)]] }] as const;
	});
	const nodes = steps.map((step, index) => nodeOf(step, [index * 200, 0]));
	return {
		name,
		// The upper branch is run first.
		nodes: [...nodes, ...(began ? [nodeOf(began, [200, -200])] : [])],
		connections: Object.fromEntries(connections),
		settings: { executionOrder: 'v1' },
	};
}

function nodeOf({ settings = {}, ...step }: Step, position: [number, number]) {
	return { ...step, ...settings, position };
}

function link(node: string) {
	return { node, type: 'main', index: 0 };
}

/** What somebody may set who asks once more. */
const again = {
	outputOptions: { ifVideoExists: "={{ $json.if_exists || 'regenerate' }}" },
	workerOptions: { submitAnyway: '={{ $json.anyway === true }}' },
};

function generate(parameters: Step['parameters'], settings: Step['settings'] = {}): Step {
	return {
		name: 'Generate',
		type: AVATAR_TYPE,
		typeVersion: 1,
		parameters: {
			...generateForm,
			useMinioCredential: true,
			userId: USER_ID,
			avatarId: '={{ $json.avatar_id }}',
			portraitPath: located('path', 'input-avatars/portrait.png'),
			drivingVideoPath: located('path', 'sitting-woman/driving-video.mp4'),
			outputVideoKey: VIDEO_KEY,
			outputThumbnailKey: 'user-avatars/<user_id>/<avatar_id>/thumb.jpg',
			waitForCompletion: true,
			waitingOptions: { timeoutMinutes: TIMEOUT_MINUTES },
			limits: { maxRunMinutes: 1, maxQueueMinutes: 2 },
			...again,
			...parameters,
		},
		settings: { ...CONTINUE, ...settings },
	};
}

function formParameters(): Step['parameters'] {
	return {
		avatarId: "={{ $json['Avatar ID'] }}",
		portraitSource: 'binary',
		portraitBinaryField: located('name', 'Portrait'),
		drivingVideoSource: 'binary',
		drivingVideoBinaryField: located('name', 'Driving_Video'),
		outputOptions: {
			downloadThumbnail: true,
			ifVideoExists: "={{ $json['If Exists'] || 'regenerate' }}",
		},
		workerOptions: { submitAnyway: "={{ $json['Anyway'] === 'true' }}" },
	};
}

/** Behind a node that sleeps: it follows what still runs when the sleep is over. */
function waitForRest(): Step {
	return waitStep({ jobId: '={{ $json.job_id }}' });
}

function waitForJob(): Step {
	return waitStep({ jobId: '={{ $json.job_id }}', jobVideoKey: '={{ $json.video_key }}' });
}

function waitStep(parameters: Step['parameters']): Step {
	return {
		name: 'Wait for Completion',
		type: AVATAR_TYPE,
		typeVersion: 1,
		parameters: {
			resource: 'job',
			operation: 'wait',
			useMinioCredential: true,
			waitingOptions: { timeoutMinutes: TIMEOUT_MINUTES },
			...parameters,
		},
		settings: CONTINUE,
	};
}

function formTrigger(): Step {
	const values = FORM_FIELDS.map((fieldLabel, index) =>
		index < 2
			? { fieldLabel, fieldType: 'file', multipleFiles: false, requiredField: true }
			: { fieldLabel, fieldType: 'text' },
	);
	return {
		name: 'Form',
		type: 'n8n-nodes-base.formTrigger',
		typeVersion: 2.2,
		parameters: {
			formTitle: 'Your avatar video',
			formFields: { values },
			options: { path: 'soak-form' },
		},
		settings: { webhookId: '5a0c0000-0000-4000-8000-000000000002' },
	};
}

function webhook(path: string): Step {
	const name = path.replace('/webhook/', '');
	return {
		name: 'Webhook',
		type: 'n8n-nodes-base.webhook',
		typeVersion: 2,
		parameters: { path: name, httpMethod: 'POST', options: {} },
		settings: { webhookId: name },
	};
}

function split(): Step {
	return {
		name: 'One Item Each',
		type: 'n8n-nodes-base.splitOut',
		typeVersion: 1,
		parameters: { fieldToSplitOut: 'body.requests', options: {} },
	};
}

function schedule(): Step {
	const interval = [{ field: 'seconds', secondsInterval: SCHEDULE_SECONDS }];
	return {
		name: 'Every Few Seconds',
		type: 'n8n-nodes-base.scheduleTrigger',
		typeVersion: 1.2,
		parameters: { rule: { interval } },
	};
}

/** Fetches what is to be made: a list becomes an item each. */
function batch(toSoak: string): Step {
	return {
		name: 'Batch',
		type: 'n8n-nodes-base.httpRequest',
		typeVersion: 4.2,
		parameters: { url: `=${toSoak}/batch/{{ $execution.id }}`, options: {} },
	};
}

function endTrigger(): Step {
	return {
		name: 'Job Ends',
		type: 'n8n-nodes-wan-avatar.wanAvatarTrigger',
		typeVersion: 1,
		parameters: { useMinioCredential: true },
		settings: { webhookId: END_WEBHOOK_ID },
	};
}

/** Tells the soak of each item. */
function report(toSoak: string, kind: 'began' | 'submitted' | 'result'): Step {
	return {
		name: `Report ${kind}`,
		type: 'n8n-nodes-base.httpRequest',
		typeVersion: 4.2,
		parameters: {
			method: 'POST',
			url: `${toSoak}/${kind}`,
			sendBody: true,
			specifyBody: 'json',
			jsonBody: '={{ JSON.stringify({ executionId: $execution.id, item: $json }) }}',
			options: {},
		},
	};
}
