import { MAX_ANSWER_BYTES } from '../../../lib/contract/answerLimits';
import { MAX_LINK_EXPIRY_DAYS } from '../../../lib/contract/linkLimit';
import { MAX_RUN_BODY_BYTES } from '../../../lib/base/data/base64';
import { LIMITS } from '../../../lib/base/async/timeLimits';
import { VARIABLES, type VariableName } from '../../../lib/deployment/settings/variables';
import { optionDefault } from '../../../lib/generation/request/optionDefaults';
import { PARTS_AT_ONCE } from '../../../lib/storage/objects/putStream';
import { constantIn } from './constants';

/** Words of a paper, with the numbers that the code has now. */
export type Said = readonly [file: string, words: string];

const MEGABYTE = 1024 * 1024;

const seconds = (ms: number) => String(Math.round(ms / 1000));
const minutes = (ms: number) => String(ms / 60_000);
const days = (ms: number) => String(ms / 86_400_000);
const kilobytes = (bytes: number) => String(bytes / 1024);
const megabytes = (bytes: number) => String(Math.floor(bytes / MEGABYTE));

function variable(wanted: VariableName): number {
	return Number(VARIABLES.find(({ name }) => name === wanted)?.fallback);
}

const number = (file: string, name: string) => String(constantIn(file, name));

const SCHEDULE = 'lib/following/schedule.ts';
const UPLOAD = 'lib/generation/request/upload.ts';
const POOL = 'lib/storage/client/requestPool.ts';
const N8N = 'node_modules/@n8n/config/dist/configs/endpoints.config.js';
const RECEIVER = 'lib/generation/callback/receiver.ts';
const COST_SOURCE = 'lib/runpod/management/costSource.ts';
const WORKER_REPORT = 'lib/deployment/workers/workerReport.ts';
const EXECUTION_JOBS = 'lib/generation/job/executionJobs.ts';

const LIMIT = 'lib/generation/spending/limit.ts';

const startLimit = minutes(
	constantIn('lib/runpod/management/costSource.ts', 'START_LIMIT_SECONDS') * 1000,
);
const linkDays = days(MAX_LINK_EXPIRY_DAYS * 24 * 3600 * 1000);
const runBody = megabytes(MAX_RUN_BODY_BYTES);
const answer = megabytes(MAX_ANSWER_BYTES);
const videoInAnswer = String((Number(answer) * 3) / 4);
const atOnce = number(POOL, 'MAX_AT_ONCE');
const silence = seconds(LIMITS.storageSilenceMs);
const maxMinutes = constantIn('lib/generation/request/optionChecks.ts', 'MAX_MINUTES');
const objects =
	constantIn(EXECUTION_JOBS, 'MAX_PAGES') * constantIn('lib/storage/objects/page.ts', 'MAX_PAGE');
const timeout = String(optionDefault('timeoutMinutes'));

export const SAID: readonly Said[] = [
	['README.md', `for up to ${minutes(variable('RUNPOD_INIT_TIMEOUT') * 1000)} minutes; the next`],
	['README.md', `idles (${String(variable('RUNPOD_IDLE_TIMEOUT'))} after a job)`],
	['README.md', `_Max Jobs per Execution_ (${String(optionDefault('maxJobs'))})`],
	[
		'README.md',
		`up to ${number(N8N, 'formDataFileSizeMax')} MB each (\`N8N_FORMDATA_FILE_SIZE_MAX\`)`,
	],
	['README.md', `body ${number(N8N, 'payloadSizeMax')} MB (\`N8N_PAYLOAD_SIZE_MAX\`)`],

	[
		'docs/cached-models.md',
		`At most ${number(WORKER_REPORT, 'MOST_WORKERS')} workers are shown, and the logs of ${number(WORKER_REPORT, 'MOST_LOGS')}; a log is listened to for ${seconds(LIMITS.workerLogMs)} seconds`,
	],

	['docs/agents.md', `wait for ${seconds(LIMITS.toolWaitMs)} seconds at most`],
	['docs/agents.md', `answers within ${seconds(LIMITS.toolAnswerMs)} seconds`],

	['docs/costs.md', `or RunPod's ${startLimit} minutes`],
	[
		'docs/costs.md',
		`pass by up to ${seconds(constantIn('lib/cost/worstCase.ts', 'OVERRUN_MS'))} seconds`,
	],
	[
		'docs/costs.md',
		`an idle timeout of ${number(LIMIT, 'idleTimeoutSeconds')} seconds and ${minutes(constantIn(LIMIT, 'startLimitSeconds') * 1000)} minutes for a start`,
	],

	[
		'docs/deploy.md',
		`default ${number('cli/program.ts', 'DEFAULT_WAIT_MINUTES')} minutes, at most ${String(maxMinutes)} (${days(maxMinutes * 60_000)} days)`,
	],
	[
		'docs/deploy.md',
		`shows every ${seconds(constantIn('lib/deployment/apply/firstWorker.ts', 'LOOK_INTERVAL_MS'))} seconds`,
	],
	['docs/deploy.md', `tries that for up to ${seconds(LIMITS.setBackMs + LIMITS.graceMs)} seconds`],
	['docs/deploy.md', `it tries for ${minutes(LIMITS.setBackPatientlyMs)} minutes`],
	[
		'docs/deploy.md',
		`for the answer for up to ${seconds(LIMITS.cancelWaitMs + LIMITS.graceMs)} seconds`,
	],
	['docs/deploy.md', `before it is cancelled; default ${timeout} minutes`],
	['docs/deploy.md', `in the request, which may have ${runBody} MB`],

	['docs/generate.md', `within RunPod's ${runBody} MB`],
	['docs/generate.md', `| request to RunPod | ${runBody} MB, so`],
	['docs/generate.md', `| from 1 second to ${linkDays} days; needs MinIO`],
	['docs/generate.md', `| Link Expiry | ${linkDays} days |`],
	['docs/generate.md', `| presigned URLs | ${linkDays} days at most`],
	['docs/generate.md', `| Timeout | ${timeout} minutes |`],
	[
		'docs/generate.md',
		`at most ${number('lib/generation/request/requestOptions.ts', 'MOST_PARALLEL_JOBS')}; see below`,
	],
	[
		'docs/generate.md',
		`portrait ${megabytes(constantIn(UPLOAD, 'portrait'))} MB, driving video ${String(constantIn(UPLOAD, 'driving video') / MEGABYTE / 1024)} GB; without MinIO ${megabytes(constantIn(UPLOAD, 'MAX_INLINE_BYTES'))} MB`,
	],
	['docs/generate.md', `about ${videoInAnswer} MB: RunPod takes ${answer} MB`],
	['docs/generate.md', `${atOnce} at once to one server; ${silence} seconds of silence`],

	[
		'docs/jobs.md',
		`one look at each job, ${number('nodes/WanAvatar/actions/job/getStatus.operation.ts', 'AT_ONCE')} at once`,
	],
	[
		'docs/jobs.md',
		`cancels jobs, ${number('nodes/WanAvatar/actions/job/cancel.operation.ts', 'AT_ONCE')} at once`,
	],
	[
		'docs/jobs.md',
		`Records of the last ${days(constantIn(EXECUTION_JOBS, 'OLDEST_MS'))} days are read, in up to ${objects.toLocaleString('en')} objects`,
	],
	[
		'docs/jobs.md',
		`cut at ${kilobytes(constantIn('lib/contract/jobOutput.ts', 'MAX_TEXT_LENGTH'))} kB`,
	],
	[
		'docs/jobs.md',
		`an answer of ${answer} MB at most, which is a video of about ${videoInAnswer} MB`,
	],

	['docs/minio.md', `nothing of an upload is taken | ${silence} seconds`],
	['docs/minio.md', `its whole answer | ${seconds(LIMITS.storageWholeMs)} seconds`],
	[
		'docs/minio.md',
		`one file down | ${seconds(LIMITS.storageWholeMs)} seconds, and ${seconds(LIMITS.storagePerMegabyteMs)} more for each MB`,
	],
	[
		'docs/minio.md',
		`one of ${String(PARTS_AT_ONCE)} parts of ${megabytes(constantIn('lib/storage/objects/putStream.ts', 'PART_BYTES'))} MB that go up at once | ${seconds(LIMITS.storageWholeMs)} seconds, and ${seconds(PARTS_AT_ONCE * LIMITS.storagePerMegabyteMs)} more for each MB`,
	],
	['docs/minio.md', `| ${atOnce}, of which ${number(POOL, 'MAX_LARGE_AT_ONCE')} may carry files`],
	[
		'docs/minio.md',
		`an answer that is no file | ${megabytes(constantIn('lib/storage/client/answer.ts', 'MAX_TEXT_BYTES'))} MB, an error's ${kilobytes(constantIn('lib/storage/client/answerLimit.ts', 'maxBytes'))} kB`,
	],

	['docs/reliability.md', `does not know for ${seconds(LIMITS.missingMs)} s counts as lost`],
	['docs/reliability.md', `An answer of over ${answer} MB is not read`],
	['docs/security.md', `a link ends after ${linkDays} days at most`],

	[
		'docs/templates-and-videos.md',
		`less than ${String(Math.ceil(constantIn('lib/base/media/partFile.ts', 'MAX_READ_BYTES') / 1_000_000))} MB is read`,
	],
	['docs/trigger.md', `RunPod does not answer within ${seconds(LIMITS.callbackMs)} seconds`],
	[
		'docs/trigger.md',
		`a failed one, once in ${minutes(constantIn(RECEIVER, 'SHOWN_EVERY_MS'))} minutes at most`,
	],
	['docs/trigger.md', `more than ${number(RECEIVER, 'MAX_AT_ONCE')} calls at once`],
	['docs/trigger.md', `ask RunPod, ${number(RECEIVER, 'LOOKS_AT_ONCE')} questions at a time`],
	[
		'docs/trigger.md',
		`The last ${number('lib/generation/callback/endNotes.ts', 'MAX_NOTES')} ends of an hour`,
	],
	['docs/trigger.md', `n8n takes ${number(N8N, 'payloadSizeMax')} MB`],

	['docs/costs.md', `else ${number(COST_SOURCE, 'START_LIMIT_SECONDS')} seconds`],
	['docs/costs.md', `by up to ${number('lib/generation/cost/learnedRuns.ts', 'NEWEST')} records`],
	[
		'docs/costs.md',
		`and ${seconds(constantIn('lib/cost/worstCase.ts', 'OVERRUN_MS'))} seconds, as often`,
	],
	['docs/decisions/looks.md', `and c = ${number(SCHEDULE, 'LOOK_COST')}.`],
	[
		'docs/decisions/looks.md',
		`between 0.5 s and ${seconds(constantIn(SCHEDULE, 'MAX_UNTAUGHT_MS'))} s`,
	],
	[
		'docs/decisions/looks.md',
		`around each of the last ${number('lib/following/runTimes.ts', 'KEPT_RUN_TIMES')} run times`,
	],
	['docs/decisions/looks.md', `Rests of ${seconds(constantIn(SCHEDULE, 'REST_MS'))} s`],
	[
		'docs/decisions/README.md',
		`is ${String(constantIn(SCHEDULE, 'UNTAUGHT_SHARE') * 100)} % of the age`,
	],
	[
		'docs/decisions/costs.md',
		`(${number(COST_SOURCE, 'START_LIMIT_SECONDS')} seconds unless it is set)`,
	],

	['docs/templates-and-videos.md', `for 1 second to ${linkDays} days`],
	['docs/templates-and-videos.md', `for longer than ${linkDays} days`],
];

/** What is measured, or RunPod's, n8n's or S3's own, and stands in no code of ours. */
export const FOREIGN: readonly Said[] = [
	[
		'README.md',
		'takes about 7 minutes, since it installs n8n (2.9 GB); later ones 10 to 20 seconds',
	],
	['README.md', '(about 82 GB)'],
	['README.md', 'none of more than about 256 MB'],
	['docs/cached-models.md', 'about 82 GB of them'],
	['docs/agents.md', 'n8n gives a tool 30 seconds'],
	['docs/agents.md', 'forgets a job 30 minutes after its end'],
	// Measured by `test/cli/signals.test.ts`.
	['docs/deploy.md', 'stop every command within 2 seconds'],
	['docs/deploy.md', 'the model weights are about 82 GB'],
	['docs/deploy.md', 'at most 2 and then 0 workers'],
	['docs/generate.md', 'about 256 MB in queue mode'],
	['docs/generate.md', 'one of more than about 256 MB'],
	['docs/generate.md', "kept 30 minutes after a job's end"],
	['docs/generate.md', "(RunPod's default: 10 minutes)"],
	['docs/jobs.md', 'RunPod deletes a job after 7 days at the latest'],
	['docs/jobs.md', 'it ended more than 30 minutes ago'],
	// Measured by `test/nodes/WanAvatar/actions/runItems.test.ts`.
	['docs/jobs.md', 'The node ends within 2 seconds'],
	['docs/minio.md', 'differ by more than 15 minutes'],
	['docs/minio.md', 'The suite takes about 2 minutes'],
	['docs/security.md', '| 30 minutes after its end, by RunPod'],
	// The name of a fault, which `test/house/papers/figures.test.ts` holds.
	['docs/reliability.md', 'dripping, 20 MB, deep'],
	['docs/waiting.md', 'forgets a result 30 minutes after its end'],
	['docs/waiting.md', 'n8n takes 16 MB'],
	['docs/waiting.md', 'three times in about 20 seconds'],
	['docs/trigger.md', 'within about 20 seconds'],
	['docs/trigger.md', 'within the 30 minutes that RunPod keeps a result'],
	['docs/n8n.md', '(2.9 GB, about 7 minutes on two cores)'],
	['docs/n8n.md', 'Later starts take 10 to 20 seconds'],
	['docs/n8n.md', 'a file of more than about 256 MB'],
	['docs/n8n.md', '(30 seconds by default)'],
	['docs/n8n.md', 'After about 2 minutes it says'],
	['docs/n8n.md', '| 22 min |'],
	['docs/n8n.md', '| 90 s |'],
	['docs/n8n.md', '| 2 min |'],
];
