import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createJsonCopier } from '../../../../lib/base/data/jsonCopy';
import { createMasker } from '../../../../lib/base/data/maskSecrets';
import { cleanRemoteText } from '../../../../lib/base/data/remoteText';
import { fuzzTarget } from '../../target';

const SHOWN_LENGTH = 500;
const secrets = fc.oneof(
	fc.string({ unit: 'grapheme-ascii', minLength: 8, maxLength: 40 }),
	fc.string({ unit: 'grapheme', minLength: 8, maxLength: 20 }),
);
const noise = fc.oneof(
	fc.string(),
	fc.constantFrom(
		'<script>',
		'</script',
		'<p>',
		'//user:',
		'@',
		'Bearer ',
		'Basic ',
		'Signature=',
		'\n',
		'\ud83d',
		'&',
		'%',
	),
	fc.nat({ max: 20_000 }).map((count) => 'x '.repeat(count)),
);

/** How hosts say back what they were sent. */
const WRITINGS: Readonly<Record<string, (secret: string) => string>> = {
	plain: (secret) => secret,
	json: (secret) => JSON.stringify(secret),
	url: (secret) => encodeURIComponent(Buffer.from(secret).toString()),
	form: (secret) => new URLSearchParams([['a', secret]]).toString(),
	base64: (secret) => Buffer.from(secret).toString('base64'),
	base64url: (secret) => Buffer.from(secret).toString('base64url'),
};

/** However a host writes a secret, and wherever it is cut, none of it is shown. */
export const remoteTexts = fuzzTarget(
	'secrets in remote text',
	fc.property(
		secrets,
		fc.constantFrom(...Object.keys(WRITINGS)),
		fc.array(noise, { maxLength: 5 }),
		fc.array(noise, { maxLength: 5 }),
		fc.nat({ max: 600 }),
		(secret, writing, before, after, limit) => {
			fc.pre(secret.trim() === secret && !/^[\s\w]*$/.test(secret));
			const written = WRITINGS[writing]?.(secret) ?? '';
			const text = `${before.join('')} ${written} ${after.join('')}`;
			const forms = Object.values(WRITINGS)
				.map((write) => write(secret))
				.filter((form) => !`${before.join('')} ${after.join('')}`.includes(form));
			const copied = createJsonCopier({ secrets: [secret] }).copy({ [text.slice(0, 150)]: [text] });
			const shown = [
				cleanRemoteText(text, [secret]),
				createMasker([secret])(text, limit),
				JSON.stringify(copied),
			];
			for (const one of shown)
				for (const form of forms) assert.ok(!one.includes(form), `shows ${form}`);
			// Nor a part of it, where the text is cut.
			const start = secret.slice(0, 7);
			if (writing === 'plain' && !`${before.join('')} ${after.join('')}`.includes(start))
				for (const one of shown) assert.ok(!one.includes(start), `shows ${start}`);
			const [clean = ''] = shown;
			assert.ok(clean.length <= SHOWN_LENGTH);
			assert.doesNotMatch(clean, /[\u0000-\u001f\u007f-\u009f]/);
		},
	),
);
