import * as z from 'zod/v4';
import type { Denial } from '../../../standin/objectStore/objectStore';

/** Users of a bucket, by what they may do in it. */
export const USERS = [
	'full',
	'read-only',
	'no-list',
	'write-only',
	'nothing',
	'no-records',
] as const;

export type UserName = (typeof USERS)[number];

const RECORDS = /\.job\.json$/;

/** For the stand-in. */
export const DENIALS: Readonly<Record<UserName, readonly Denial[]>> = {
	full: [],
	'read-only': [{ rights: ['write', 'delete'] }],
	'no-list': [{ rights: ['list'] }],
	'write-only': [{ rights: ['read', 'list', 'delete'] }],
	nothing: [{ rights: ['read', 'write', 'delete', 'list'] }],
	'no-records': [{ rights: ['read', 'write', 'delete'], keys: RECORDS }],
};

const [list, get, put, remove] = [
	's3:ListBucket',
	's3:GetObject',
	's3:PutObject',
	's3:DeleteObject',
] as const;

const OBJECT_ACTIONS: readonly string[] = [get, put, remove];

const GRANTS: Readonly<Record<UserName, readonly string[]>> = {
	full: [list, get, put, remove],
	'read-only': [list, get],
	'no-list': [get, put, remove],
	'write-only': [put],
	nothing: [],
	'no-records': [list, get, put, remove],
};

/**
 * For a real server: who may do what in a bucket, as the JSON of a bucket policy. What is not granted is denied as well,
 * since by S3's old rules whoever stored an object may read it, and the bucket's owner may not.
 */
export function bucketPolicy(
	bucket: string,
	principalOf: (user: UserName | 'owner') => string,
): string {
	const arn = `arn:aws:s3:::${bucket}`;
	const objects = `${arn}/*`;
	const statement = (
		Effect: 'Allow' | 'Deny',
		user: UserName | 'owner',
		Action: readonly string[],
		resource: string,
	) => {
		const Principal = { AWS: [principalOf(user)] };
		return Action.length > 0 ? [{ Effect, Principal, Action, Resource: [resource] }] : [];
	};
	const ofUsers = USERS.flatMap((user) => {
		const isGranted = (action: string) => GRANTS[user].includes(action);
		const denied = OBJECT_ACTIONS.filter((action) => !isGranted(action));
		return [
			...statement('Allow', user, [list].filter(isGranted), arn),
			...statement('Allow', user, OBJECT_ACTIONS.filter(isGranted), objects),
			...statement('Deny', user, denied, objects),
		];
	});
	// radosgw takes a star for what comes before the first dot.
	const records = statement('Deny', 'no-records', OBJECT_ACTIONS, `${arn}/*.mp4.job.json`);
	const ofOwner = statement('Allow', 'owner', OBJECT_ACTIONS, objects);
	return JSON.stringify({
		Version: '2012-10-17',
		Statement: [...ofOwner, ...ofUsers, ...records],
	});
}

const serverUser = z.object({
	accessKey: z.string(),
	secretKey: z.string(),
	/** Its name in a policy, such as `arn:aws:iam:::user/full`. */
	principal: z.string(),
});
const users = z.object({
	/** Whose key the suite has. */
	owner: serverUser.pick({ principal: true }),
	full: serverUser,
	'read-only': serverUser,
	'no-list': serverUser,
	'write-only': serverUser,
	nothing: serverUser,
	'no-records': serverUser,
}) satisfies z.ZodType<Record<UserName, unknown>>;

/** The users of the server under test, which are made before the run; only then can their rights be tested. */
export function serverUsers(): z.output<typeof users> {
	return users.parse(JSON.parse(process.env.STORAGE_TEST_USERS ?? '{}'));
}

export const hasUsers =
	process.env.STORAGE_TEST_ENDPOINT === undefined || process.env.STORAGE_TEST_USERS !== undefined;
