import type { UserName } from './server/users';

/** What a user sees of one deed, line by line; keys and the bucket's name are put in brackets. */
export type Lines = readonly string[];

/** Only where the store refuses what is missing to whoever may list but not read it, as MinIO does. */
export const REFUSED = 'refused: ';
/** Only where it is told that it is missing, as by Ceph. */
export const MISSING = 'missing: ';

const NEEDS_LOOK = 'It needs s3:GetObject and s3:ListBucket.';
const INPUTS_UNSEEN = `hint: The access key may not look at inputs in bucket <bucket>: one that is missing is not noticed before its job is paid for. ${NEEDS_LOOK}`;
const RESULTS_UNSEEN = `hint: The access key may not look at results in bucket <bucket>: they were not checked, and links to them are the worker's own, which may end sooner. ${NEEDS_LOOK}`;
const RECORDS_UNREAD =
	'hint: The access key may not read job records (*.job.json) in bucket <bucket>: jobs of other executions are not found again, and may be paid for twice. It needs s3:GetObject.';
const RECORDS_UNWRITTEN =
	'hint: The access key may not write job records (*.job.json) in bucket <bucket>: other executions cannot see these jobs, and may pay for the same again; where a record of an earlier execution stands there, each run gives out the same video again. It needs s3:PutObject.';
const UNREAD =
	'warning: The access key may not read the record of this job: jobs of other executions are not found again.';
const UNWRITTEN =
	'warning: The access key may not write the record of this job: other executions cannot see it.';
const OWN_LINKS = [
	"warning: The access key may not look at <folder>/idle.mp4: it was not checked, and video_url is the worker's own link.",
	"warning: The access key may not look at <folder>/thumb.jpg: it was not checked, and thumbnail_url is the worker's own link.",
];

const GIVE_READ =
	'Give it a policy that allows s3:GetObject. A key that may not list (s3:ListBucket) is told the same of what is not there.';
const NO_FILE =
	'warning: The video was not downloaded: The access key may not read "<folder>/idle.mp4" in bucket <bucket>.';

const made = ['COMPLETED', 'video_url opens', 'thumbnail_url opens'];
const linked = ['done', 'video_url opens', 'thumbnail_url opens'];
const downloaded = ['done', 'file: video', 'file: thumbnail'];
const uploaded = ['done', 'left: pose.mp4'];
const unread = [
	'error: The access key may not read "<folder>/idle.mp4" in bucket <bucket>',
	`remedy: ${GIVE_READ}`,
];
const unwritten = (key: string, then = '') => [
	`error: The access key may not write "${key}" in bucket <bucket>`,
	`remedy: Give it a policy that allows s3:PutObject.${then}`,
];
const NOT_SENT = ' Nothing was sent to RunPod for the item.';
const unlisted = [
	'error: The access key may not list bucket <bucket>',
	'remedy: Give it a policy that allows s3:ListBucket. Without it, give IDs and paths by hand.',
];
const undeleted = [
	'error: The access key may not delete "<folder>/thumb.jpg" in bucket <bucket>',
	'remedy: Give it a policy that allows s3:DeleteObject.',
	'left: idle.mp4, thumb.jpg',
];
const recordUnread =
	'warning: The access key may not read <folder>/idle.mp4.job.json: if there is such a job record, it was kept. Give the key a policy that allows s3:GetObject.';

const typoNoticed = [
	'error: Portrait (image_minio_path) names "input-avatars/typo.png", but there is no such file in bucket <bucket>: check the spelling',
	'remedy: Correct it and run again. Nothing was sent to RunPod.',
	'jobs: 0',
];
const typoPaid = (unseen: string) => [
	'error: Job <job> failed on the worker: portrait not found in MinIO: input-avatars/typo.png',
	`remedy: Check the portrait and the driving video of this item; the log of the worker in the RunPod console tells more. The access key may not look at its inputs: check that ${unseen} can be found in the bucket.`,
	INPUTS_UNSEEN,
];
const typo = 'input-avatars/typo.png';
const both = `${typo} and sitting-woman/video-conference-woman.mp4`;
const exists = [
	'error: There is a video already at <folder>/idle.mp4',
	'remedy: Nothing was sent to RunPod. Choose another Output Video Key, or another If the Video Exists in the Output Options.',
	'jobs: 0',
];
const guardBlind = [
	'error: The access key may not look whether there is a video at <folder>/idle.mp4',
	'remedy: Nothing was sent to RunPod for the item. Give the key a policy that allows s3:GetObject and s3:ListBucket, or set If the Video Exists to Regenerate in the Output Options.',
];
const uploadBlind = [
	'error: The access key may not see whether there is a template "<templates>/pose.mp4" already',
	'remedy: Nothing was uploaded. Give the key a policy that allows s3:GetObject and s3:ListBucket, or add the option Overwrite.',
	'left: ',
];
const found = ['sitting-woman/video-conference-woman.mp4', 'input-avatars/jobs.png'];

const ANSWERS = 'The keys are right, and bucket <bucket> answers.';
const UNTESTED =
	'Writing: not tested; without s3:PutObject there are no uploads, and no job records by which other executions see a job.';
const USABLE = 'The credential can be used all the same: what goes without a right says so.';
const reads = `OK: ${ANSWERS} Listing: allowed. Reading: allowed. ${UNTESTED}`;
const readsNoRecords = `Error: ${ANSWERS} Listing: allowed. Reading: allowed. They may not read job records (*.job.json): jobs of other executions are not found again, and may be paid for twice. ${UNTESTED} ${USABLE}`;
const seesNothing = `Error: ${ANSWERS} They may not list the bucket (s3:ListBucket): no lists to choose from, and no Get Many. What is not there is refused as well, so that a missing input is not noticed before its job is paid for. Reading: cannot be found out without listing. ${UNTESTED} ${USABLE}`;

/** What Generate gives of a job that is paid for, with the lines that a user sees beside it. */
const paid = (...beside: Lines) => [...made, ...beside, 'jobs: 1'];
const notPaid = (...lines: Lines) => [...lines, 'jobs: 0'];
const withFile = (...beside: Lines) => [...made, 'file: video', ...beside, 'jobs: 1'];

const full = {
	'credential test': [reads],
	Generate: paid(),
	'Generate with a file': paid(),
	'Generate with an input that is missing': typoNoticed,
	'Generate with Download Video': withFile(),
	'If the Video Exists: Regenerate': paid(),
	'If the Video Exists: Return It': notPaid(...made),
	'If the Video Exists: Fail': exists,
	'If the Video Exists: Fail, and it does not': paid(),
	'Get Links': linked,
	Download: downloaded,
	Upload: uploaded,
	'Upload with Overwrite': uploaded,
	Delete: ['done', 'left: '],
	pickers: found,
};

const noRecord = [UNWRITTEN, RECORDS_UNWRITTEN];
const readOnly = {
	...full,
	Generate: paid(...noRecord),
	'Generate with a file': notPaid(...unwritten('<upload>.png', NOT_SENT)),
	'Generate with Download Video': withFile(...noRecord),
	'If the Video Exists: Regenerate': paid(...noRecord),
	'If the Video Exists: Fail, and it does not': paid(...noRecord),
	Upload: [...unwritten('<templates>/pose.mp4'), 'left: '],
	'Upload with Overwrite': [...unwritten('<templates>/pose.mp4'), 'left: '],
	Delete: undeleted,
};

const noList = {
	...full,
	'credential test': [seesNothing],
	'Generate with an input that is missing': [...typoPaid(typo), 'jobs: 1'],
	'If the Video Exists: Fail, and it does not': notPaid(...guardBlind),
	Upload: uploadBlind,
	Delete: ['done', recordUnread, 'left: '],
	pickers: [...unlisted, ...unlisted],
};

const blindWarnings = [...OWN_LINKS, UNREAD];
const blindHints = [INPUTS_UNSEEN, RECORDS_UNREAD, RESULTS_UNSEEN];
const guarded = notPaid(...guardBlind, INPUTS_UNSEEN);
const writeOnly = {
	...noList,
	Generate: paid(...blindWarnings, ...blindHints),
	'Generate with a file': paid(...blindWarnings, ...blindHints),
	'Generate with an input that is missing': [...typoPaid(both), RECORDS_UNREAD, 'jobs: 1'],
	'Generate with Download Video': paid(...blindWarnings, NO_FILE, ...blindHints),
	'If the Video Exists: Regenerate': paid(...blindWarnings, ...blindHints),
	'If the Video Exists: Return It': guarded,
	'If the Video Exists: Fail': guarded,
	'If the Video Exists: Fail, and it does not': guarded,
	'Get Links': unread,
	Download: unread,
	Delete: undeleted,
};

const bareWarnings = [...OWN_LINKS, UNWRITTEN, UNREAD];
const bareHints = [INPUTS_UNSEEN, RECORDS_UNWRITTEN, RECORDS_UNREAD, RESULTS_UNSEEN];
const nothing = {
	...writeOnly,
	Generate: paid(...bareWarnings, ...bareHints),
	'Generate with a file': notPaid(...unwritten('<upload>.png', NOT_SENT), INPUTS_UNSEEN),
	'Generate with an input that is missing': [
		...typoPaid(both),
		RECORDS_UNWRITTEN,
		RECORDS_UNREAD,
		'jobs: 1',
	],
	'Generate with Download Video': paid(...bareWarnings, NO_FILE, ...bareHints),
	'If the Video Exists: Regenerate': paid(...bareWarnings, ...bareHints),
	'Upload with Overwrite': [...unwritten('<templates>/pose.mp4'), 'left: '],
};

const recordsHidden = [
	UNWRITTEN,
	`${REFUSED}${UNREAD}`,
	RECORDS_UNWRITTEN,
	`${REFUSED}${RECORDS_UNREAD}`,
];
const noRecords = {
	...full,
	'credential test': [`${REFUSED}${readsNoRecords}`, `${MISSING}${reads}`],
	Generate: paid(...recordsHidden),
	'Generate with a file': paid(...recordsHidden),
	'Generate with Download Video': withFile(...recordsHidden),
	'If the Video Exists: Regenerate': paid(...recordsHidden),
	'If the Video Exists: Fail, and it does not': paid(...recordsHidden),
	Delete: ['done', `${REFUSED}${recordUnread}`, 'left: '],
};

/** The whole matrix: each user with each deed, the same before the stand-in and before a real server. */
export const EXPECTED: Readonly<Record<UserName, Readonly<Record<keyof typeof full, Lines>>>> = {
	full,
	'read-only': readOnly,
	'no-list': noList,
	'write-only': writeOnly,
	nothing,
	'no-records': noRecords,
};

export type Cell = keyof typeof full;

/** The lines that a store gives, by what it says of what is missing. */
export function expectedLines(user: UserName, cell: Cell, refusesMissing: boolean): Lines {
	const [shown, hidden] = refusesMissing ? [REFUSED, MISSING] : [MISSING, REFUSED];
	return EXPECTED[user][cell]
		.filter((line) => !line.startsWith(hidden))
		.map((line) => (line.startsWith(shown) ? line.slice(shown.length) : line));
}
