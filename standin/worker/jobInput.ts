const PORTRAIT_FIELDS = ['image_minio_path', 'image_url', 'image_base64'] as const;
const MOTION_FIELDS = [
	'driving_video_path',
	'driving_video_url',
	'driving_video_base64',
	'template_id',
] as const;
const OPTIONAL_FIELDS = [
	'output_video_key',
	'output_thumbnail_key',
	'prompt',
	'negative_prompt',
] as const;
const FIELDS = [
	'user_id',
	'avatar_id',
	...PORTRAIT_FIELDS,
	...MOTION_FIELDS,
	...OPTIONAL_FIELDS,
] as const;

type PortraitField = (typeof PORTRAIT_FIELDS)[number];
type MotionField = (typeof MOTION_FIELDS)[number];
type Field = (typeof FIELDS)[number];
type Texts = Partial<Record<Field, string>>;

/** Where one input file comes from. */
export type InputSource =
	| { from: 'key'; key: string }
	| { from: 'url'; url: URL }
	| { from: 'base64'; text: string }
	| { from: 'template'; templateId: string };

export interface JobInput {
	userId: string;
	avatarId: string;
	portrait: InputSource;
	drivingVideo: InputSource;
	outputVideoKey: string | undefined;
	outputThumbnailKey: string | undefined;
}

/**
 * Reads a job's input by the worker's contract.
 * `newerFields` are names beyond the contract that are let through unread.
 * Throws an Error that names every problem found.
 */
export function readJobInput(
	input: Readonly<Record<string, unknown>>,
	newerFields: readonly string[],
): JobInput {
	const texts = readTexts(input);
	const portraits = PORTRAIT_FIELDS.filter((field) => field in input);
	const motions = MOTION_FIELDS.filter((field) => field in input);
	const problems = [
		...findUnknown(input, newerFields),
		...findBadTexts(input, texts),
		...findMissing(input),
		...findBadUrls(texts),
	];
	if (portraits.length !== 1) {
		const got = portraits.length === 0 ? 'none' : portraits.join(' and ');
		problems.push(`exactly one of ${PORTRAIT_FIELDS.join(', ')} is required, got ${got}`);
	}
	if (motions.length === 0) problems.push(`one of ${MOTION_FIELDS.join(', ')} is required`);
	const [portrait] = portraits;
	const [motion] = motions;
	if (problems.length > 0 || portrait === undefined || motion === undefined) {
		throw new Error(`invalid input: ${problems.join('; ')}`);
	}
	return {
		userId: texts.user_id ?? '',
		avatarId: texts.avatar_id ?? '',
		portrait: toSource(portrait, texts[portrait] ?? ''),
		drivingVideo: toSource(motion, texts[motion] ?? ''),
		outputVideoKey: texts.output_video_key,
		outputThumbnailKey: texts.output_thumbnail_key,
	};
}

function readTexts(input: Readonly<Record<string, unknown>>): Texts {
	const texts: Texts = {};
	for (const field of FIELDS) {
		const value = input[field];
		if (typeof value === 'string' && value.trim() !== '') texts[field] = value;
	}
	return texts;
}

function findUnknown(input: object, newerFields: readonly string[]): string[] {
	const known = new Set<string>([...FIELDS, ...newerFields]);
	return Object.keys(input)
		.filter((name) => !known.has(name))
		.map((name) => `unknown field ${name}`);
}

function findBadTexts(input: object, texts: Texts): string[] {
	return FIELDS.filter((field) => field in input && texts[field] === undefined).map(
		(field) => `${field} must be a non-empty string`,
	);
}

function findMissing(input: object): string[] {
	return (['user_id', 'avatar_id'] as const)
		.filter((field) => !(field in input))
		.map((field) => `${field} is required`);
}

function findBadUrls(texts: Texts): string[] {
	return (['image_url', 'driving_video_url'] as const)
		.filter((field) => texts[field] !== undefined && !isHttpUrl(texts[field]))
		.map((field) => `${field} must be an http or https URL`);
}

function isHttpUrl(text: string): boolean {
	return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
}

function toSource(field: PortraitField | MotionField, text: string): InputSource {
	switch (field) {
		case 'image_minio_path':
		case 'driving_video_path':
			return { from: 'key', key: text };
		case 'image_url':
		case 'driving_video_url':
			return { from: 'url', url: new URL(text) };
		case 'image_base64':
		case 'driving_video_base64':
			return { from: 'base64', text };
		case 'template_id':
			return { from: 'template', templateId: text };
	}
}
