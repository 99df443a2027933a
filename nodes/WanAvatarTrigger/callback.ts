import type { INodeExecutionData, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { LIMITS } from '../../lib/base/async/timeLimits';
import { settle } from '../../lib/base/errors/settled';
import type { Receiver, Verdict } from '../../lib/generation/callback/receiver';
import type { KnownJob } from '../../lib/generation/job/knownJob';
import { inFormsWords } from '../WanAvatar/fields/formLabels';
import { readOptionsBy } from '../WanAvatar/fields/optionGroups';
import { clock, connectQueues, openResults } from '../WanAvatar/n8n/connections';
import { resultItem } from '../WanAvatar/n8n/inlineVideo';
import { asWanAvatarError, toRunError } from '../WanAvatar/n8n/itemErrors';
import { ItemWithFiles } from '../WanAvatar/n8n/operation';
import { answerWith, onceAnswered } from '../WanAvatar/n8n/webhook/answer';
import { events, properties } from './fields';

/** The notes about the ends of jobs, in n8n's static data of the node. */
const NOTES = 'endedJobs';

/** Those of the triggers that were called in this process, by workflow and node. */
const receivers = new Map<string, Receiver>();

/**
 * One call of the trigger's address. Nothing in it is believed but the ID of the job.
 * @throws NodeApiError or NodeOperationError, which n8n shows as a failed execution, for what a repeated call would not mend
 */
export async function receiveCallback(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const job = await jobIn(context.getBodyData());
	if (!job) return answerWith(context, 400, 'The body names no job');
	const receiver = await receiverOf(context);
	const judged = await settle(judge(context, job, receiver));
	if ('value' in judged) return actedOn(context, job, judged.value);
	const told = inFormsWords(judged.error, properties);
	const error = asWanAvatarError(told).withDetails({ job_id: job.job_id });
	if (isTest(context) || receiver.mayShow()) throw toRunError(context.getNode(), error);
	context.logger.error(`Job ${job.job_id}: ${error.message}`);
	return answerWith(context, 503, 'Call again later');
}

/** The job that the body names: its other fields are anybody's. */
async function jobIn(body: unknown): Promise<KnownJob | undefined> {
	const { readJobId } = await import('../../lib/runpod/queue/jobId');
	const { parseKnownJob } = await import('../../lib/generation/job/knownJob');
	const jobId = readJobId(Reflect.get(Object(body), 'id'), []);
	if (jobId === undefined) return undefined;
	try {
		return parseKnownJob(jobId, {});
	} catch {
		return undefined;
	}
}

/** Somebody listens in the editor: then each call starts the workflow, and nothing is noted. */
function isTest(context: IWebhookFunctions): boolean {
	return context.getMode() === 'manual';
}

async function receiverOf(context: IWebhookFunctions): Promise<Receiver> {
	const { createReceiver } = await import('../../lib/generation/callback/receiver');
	if (isTest(context)) return createReceiver(clock);
	const name = `${String(context.getWorkflow().id)}:${context.getNode().id}`;
	const receiver = receivers.get(name) ?? createReceiver(clock);
	receivers.set(name, receiver);
	return receiver;
}

async function judge(
	context: IWebhookFunctions,
	job: KnownJob,
	receiver: Receiver,
): Promise<Verdict<INodeExecutionData>> {
	const { parseEvents } = await import('../../lib/generation/callback/jobEnd');
	const { parseLinkWish } = await import('../../lib/generation/request/optionChecks');
	const { describeLook, lookAt } = await import('../../lib/generation/job/status');
	const { inSlot } = await import('../../lib/generation/run/slottedQueue');
	const links = parseLinkWish(readOptionsBy((name) => context.getNodeParameter(name, {})));
	const { endpointId, queueOf } = await connectQueues(context);
	const results = await openResults(context, (sentence) => {
		context.logger.warn(sentence);
	});
	return await inSlot(queueOf(endpointId), undefined, async (queue) => {
		return await receiver.receive(job.job_id, {
			events: parseEvents(context.getNodeParameter(events.name, [])),
			savedNotes: isTest(context) ? undefined : context.getWorkflowStaticData('node')[NOTES],
			look: async (signal) => await lookAt(job, { queue, signal }),
			describe: async (look) => {
				const described = await describeLook(job, look, { queue, clock, ...results }, links);
				const item = await resultItem(context, described);
				const { json, binary } = item instanceof ItemWithFiles ? item : { json: item };
				return binary ? { json, binary } : { json };
			},
		});
	});
}

/** Whatever RunPod should call again for is no 2xx. */
function actedOn(
	context: IWebhookFunctions,
	{ job_id }: KnownJob,
	verdict: Verdict<INodeExecutionData>,
): IWebhookResponseData {
	switch (verdict.tag) {
		case 'start':
			return started(context, verdict);
		case 'repeated':
		case 'notChosen':
			return answerWith(context, 200, 'Nothing to do');
		case 'unknown':
			return answerWith(context, 404, 'No such job');
		case 'unanswered':
			context.logger.warn(`The end of job ${job_id} could not be looked at: ${verdict.reason}`);
			return answerWith(context, 503, 'Call again later');
		case 'notEnded':
		case 'tooMany':
			return answerWith(context, 503, 'Call again later');
	}
}

function started(
	context: IWebhookFunctions,
	{ result, notes, done }: Extract<Verdict<INodeExecutionData>, { tag: 'start' }>,
): IWebhookResponseData {
	const save = () => {
		if (!isTest(context)) context.getWorkflowStaticData('node')[NOTES] = notes;
	};
	save();
	onceAnswered(context, clock.timeout(LIMITS.startMs), done);
	return {
		workflowData: [[result]],
		get webhookResponse() {
			// n8n takes the change for saved once the execution is made; it reads this after that, and saves then.
			save();
			return { message: 'Workflow was started' };
		},
	};
}
