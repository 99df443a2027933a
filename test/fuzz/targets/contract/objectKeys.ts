import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
	fillObjectKey,
	objectKey,
	outputVideoKey,
	ownerId,
	pathSegment,
} from '../../../../lib/contract/objectKey';
import { recordKey } from '../../../../lib/contract/layout';
import { publicLink } from '../../../../lib/storage/video/presignedLinks';
import { fileNameOf, folderOf } from '../../../../lib/storage/objects/fileName';
import { uploadOf } from '../../../../lib/storage/video/recordedKeys';
import { fuzzTarget } from '../../target';

const MAX_KEY_BYTES = 1024;
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/;

/** Characters of 1 to 4 bytes, those that mean something in paths, addresses and forms, and half of one. */
const characters = fc.oneof(
	fc.constantFrom(
		'a',
		'é',
		'漢',
		'🙂',
		'/',
		'\\',
		'.',
		'..',
		'$&',
		'$1',
		'%2e',
		' ',
		'"',
		'{{',
		'}}',
		'<user_id>',
	),
	fc.constantFrom(
		'\u0000',
		'\n',
		'\u0085',
		'\ud800',
		'\u200b',
		'?',
		'#',
		'+',
		':',
		'http://',
		'C:',
	),
	fc.string({ unit: 'binary', maxLength: 3 }),
);
const raw = fc.oneof(
	fc.array(characters, { maxLength: 12 }).map((parts) => parts.join('')),
	fc
		.tuple(fc.constantFrom('a', 'é', '漢', '🙂'), fc.integer({ min: 250, max: 1100 }))
		.map(([character, count]) => character.repeat(count)),
);

/** What passes as a key is one for S3, MinIO and addresses, and leads nowhere else. */
export const objectKeys = fuzzTarget(
	'object keys',
	fc.property(raw, (text) => {
		const key = objectKey.safeParse(text);
		assert.ok(key.success || key.error.issues.every(({ message }) => !CONTROLS.test(message)));
		const { data: video } = outputVideoKey.safeParse(text);
		if (video !== undefined) {
			assert.ok(Buffer.byteLength(recordKey(video)) <= MAX_KEY_BYTES);
			assert.equal(key.success, true);
		}
		if (!key.success) return;
		const { data } = key;
		assert.equal(data, text);
		assert.doesNotMatch(data, /\p{Surrogate}/u);
		assert.doesNotMatch(data, CONTROLS);
		assert.ok(Buffer.byteLength(data) <= MAX_KEY_BYTES);
		assert.ok(data.split('/').every((segment) => !['', '.', '..'].includes(segment)));
		assert.equal(folderOf(data) + fileNameOf(data), data);
		const { pathname } = new URL(publicLink('https://cdn.example.com/base', data).url);
		assert.equal(decodeURIComponent(pathname), `/base/${data}`);
	}),
);

const plain = fc.string({
	unit: fc.constantFrom(
		'a',
		'Z',
		'0',
		'-',
		'_',
		' ',
		'~',
		'!',
		'@',
		'&',
		'+',
		',',
		';',
		'=',
		'é',
		'漢',
		'🙂',
	),
	minLength: 1,
	maxLength: 8,
});

/** Keys of plain names pass, and IDs are filled into them without adding a folder. */
export const filledKeys = fuzzTarget(
	'keys from IDs',
	fc.property(raw, raw, fc.array(plain, { minLength: 1, maxLength: 5 }), (user, avatar, names) => {
		const path = names.map((name) => `x${name.trim()}`).join('/');
		assert.equal(objectKey.parse(path), path);
		const ids = [ownerId.safeParse(user).data, ownerId.safeParse(avatar).data];
		const [user_id, avatar_id] = ids;
		if (user_id === undefined || avatar_id === undefined) return;
		assert.equal(pathSegment.parse(user_id), user_id);
		const filled = fillObjectKey(`${path}/<user_id>/<avatar_id>/idle.mp4`, { user_id, avatar_id });
		assert.equal(filled, `${path}/${user_id}/${avatar_id}/idle.mp4`);
		// Two halves of an expression, which is told as one that was not evaluated.
		if (/\{\{.*\}\}/.test(filled)) return;
		const { success, error } = outputVideoKey.safeParse(filled);
		const isLong = Buffer.byteLength(recordKey(filled)) > MAX_KEY_BYTES;
		assert.equal(success, !isLong, error?.message);
		const uploaded = uploadOf(`input-avatars/${user_id}/${avatar_id}/${'0'.repeat(64)}.png`);
		assert.deepEqual(uploaded, { userId: user_id, avatarId: avatar_id });
	}),
);
