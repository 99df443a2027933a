import { describe, expect, it } from '@jest/globals';
import { cleanRemoteText } from '../../../../lib/base/data/remoteText';

const SECRET = 'Zk9+/pw "x" & =ü?';
const KEY = 'AbCdEfGh12345678xyz';

describe('a secret is masked by its value, however it is written', () => {
	it.each<[string, string, string]>([
		['half a character', 'pw=\ud800abc.', 'pw=•••.'],
		['as it is', `key ${KEY}.`, 'key •••.'],
		['twice', `${KEY},${KEY}`, '•••,•••'],
		['with odd characters', `pw=${SECRET}!`, 'pw=•••!'],
		['base64', `auth ${btoa(KEY)}`, 'auth •••'],
		['base64 without padding', `auth ${btoa(KEY).replace(/=+$/, '')} x`, 'auth ••• x'],
		['base64 for URLs', `?k=${Buffer.from(SECRET).toString('base64url')}&x`, '?k=•••&x'],
		['URL-encoded', `?k=${encodeURIComponent(SECRET)}&x`, '?k=•••&x'],
		['URL-encoded with small letters', '?k=Zk9%2b%2fpw%20%22x%22%20%26%20%3d%c3%bc%3f', '?k=•••'],
		['form-encoded', `?${new URLSearchParams({ k: SECRET }).toString()}`, '?k=•••'],
		['JSON', JSON.stringify({ pw: SECRET }), '{"pw":"•••"}'],
		['JSON in JSON', JSON.stringify(JSON.stringify({ pw: SECRET })), '"{\\"pw\\":\\"•••\\"}"'],
		['beside another', `${KEY}${SECRET}`, '•••'],
		['within markup', `<b title="a">${KEY}</b>`, '•••'],
	])('%s', (_what, text, shown) => {
		expect(cleanRemoteText(text, [KEY, SECRET, '\ud800abc'])).toBe(shown);
	});

	it('also where more text was encoded with it', () => {
		const shown = cleanRemoteText(btoa(`${KEY}\nand more`), [KEY]);
		expect(shown).not.toContain(btoa(KEY).slice(0, 20));
	});

	it('not for values that stand everywhere', () => {
		expect(cleanRemoteText('no face', ['', 'no', 'fac'])).toBe('no face');
	});

	it('also where one secret overlaps another', () => {
		expect(cleanRemoteText('x abcdefghi x', ['abcdef', 'defghi'])).toBe('x ••• x');
	});

	it('never by half, wherever a text is cut', () => {
		for (const [before, after] of [
			[500, 0],
			[16_000, 40_000],
			[15_990, 0],
		] as const)
			for (let shift = 0; shift <= KEY.length + 1; shift++) {
				const text = `${'x '.repeat(before).slice(0, before - shift)}${KEY}${'y'.repeat(after)}`;
				expect(cleanRemoteText(text, [KEY])).not.toContain(KEY.slice(0, 4));
			}
	});

	it('never by half, where masks make room for what follows', () => {
		const long = 'S3cret'.repeat(100);
		for (let shift = 0; shift <= 600; shift += 50) {
			const shown = cleanRemoteText('-'.repeat(shift) + long.repeat(40), [long, 'other-secret']);
			expect(shown).not.toContain('S3cret');
		}
	});
});

describe('what looks like a secret is masked, though nobody knows its value', () => {
	it.each<[string, string]>([
		['GET https://a.b/c?X-Amz-Signature=abc1&x=1', 'GET https://a.b/c?X-Amz-Signature=•••&x=1'],
		['?X-Amz-Credential=AKIA%2F2026&X-Amz-Date=1', '?X-Amz-Credential=•••&X-Amz-Date=1'],
		['?X-Amz-Security-Token=abc', '?X-Amz-Security-Token=•••'],
		[
			'?AWSAccessKeyId=AKIA1&Signature=a%2Bb%3D&Expires=1',
			'?AWSAccessKeyId=•••&Signature=•••&Expires=1',
		],
		[
			'https://x.blob.core.windows.net/a?sv=1&sig=a%2Fb%3D',
			'https://x.blob.core.windows.net/a?sv=1&sig=•••',
		],
		['?X-Goog-Signature=0a1b&x=1', '?X-Goog-Signature=•••&x=1'],
		['u=https%3A%2F%2Fa%3FX-Amz-Signature%3Dabc', 'u=https%3A%2F%2Fa%3FX-Amz-Signature%3D•••'],
		[
			'{"url":"https://a/b?X-Amz-Signature=abc","x":1}',
			'{"url":"https://a/b?X-Amz-Signature=•••","x":1}',
		],
		['Authorization: Bearer abc.def-1=', 'Authorization: Bearer •••'],
		['Authorization: Basic dXNlcjpwYXNz', 'Authorization: Basic •••'],
		['Basic authentication failed', 'Basic authentication failed'],
		['key rpa_ABC123 is odd', 'key rpa_••• is odd'],
		[`HF_TOKEN=hf_${'aB3'.repeat(11)} of hf_token`, 'HF_TOKEN=hf_••• of hf_token'],
		['redis://user:pa:s@host/0', 'redis://•••@host/0'],
		['redis://:pass@host', 'redis://•••@host'],
		['https://ghp_token@github.com/x', 'https://•••@github.com/x'],
		['http://minio:9000/a@b', 'http://minio:9000/a@b'],
		['a design=1 and assign=2', 'a design=1 and assign=2'],
	])('%s', (text, shown) => {
		expect(cleanRemoteText(text)).toBe(shown);
	});

	it('also a password at which the text is cut', () => {
		const shown = cleanRemoteText(
			`${'https://u:p@a '.repeat(1100)}https://user:${'secret'.repeat(900)}@a`,
		);
		expect(shown).not.toContain('secret');
	});
});

describe('words are shown in one line without markup', () => {
	it.each<[string, string]>([
		['no\n\tface\u0007  here', 'no face here'],
		[
			'<html><head><title>502</title><style>a{b:c}</style></head><p>Bad <b>gateway</b></p>',
			'502 Bad gateway',
		],
		['a<SCRIPT type="x">if (a < b) c();</script >b<style>x</style>c', 'a b c'],
		['words<script>never closed', 'words'],
		['the tag <script is not allowed', 'the tag <script is not allowed'],
		['1 < 2 and 3 > 2', '1 < 2 and 3 > 2'],
	])('%s', (text, shown) => {
		expect(cleanRemoteText(text)).toBe(shown);
	});

	it('behind the long head of a page', () => {
		const page = `<html>${'<meta name="x">'.repeat(500)}Bad gateway`;
		expect(cleanRemoteText(page)).toBe('Bad gateway');
	});

	it('cut at 500 characters, and never within one', () => {
		expect(cleanRemoteText('x'.repeat(501))).toBe(`${'x'.repeat(499)}…`);
		expect(cleanRemoteText('x'.repeat(500))).toBe('x'.repeat(500));
		expect(cleanRemoteText(`${'x'.repeat(498)}😀😀`)).toBe(`${'x'.repeat(498)}…`);
	});
});

describe('no text holds the process up', () => {
	const size = 20 * 1024 * 1024;
	const fill = (piece: string) => piece.repeat(Math.ceil(size / piece.length));

	it.each<[string, string]>([
		['hex', fill('0123456789abcdef')],
		['<', fill('<')],
		['tags without an end', fill('<a ')],
		['<script', fill('<script')],
		['scripts without an end', fill('<script>')],
		['styles and scripts', fill('<script></style>')],
		['://', fill('://')],
		['a:b@', fill('a:b@')],
		['addresses', fill('x://a:')],
		['spaces', fill(' ')],
		['lines', fill('\r\n\t')],
		['&', fill('&')],
		['Basic', fill('Basic ')],
		['Bearer', fill('Bearer')],
		['sig=', fill('sig=')],
		['the secret', fill('aaaa')],
		['nearly the secret', fill('aaab')],
	])('20 MB of %s', (_what, text) => {
		// The first reading makes one text of the pieces, which is no work of ours.
		expect(text.charCodeAt(size - 1)).toBeGreaterThan(0);
		const startedAtMs = performance.now();
		const shown = cleanRemoteText(text, ['aaaa'.repeat(25), 'aaaaaaaaaaaaaaac']);
		// Far above what it takes, and far below what work that grows with the square of the length takes.
		expect(performance.now() - startedAtMs).toBeLessThan(500);
		expect(shown.length).toBeLessThanOrEqual(500);
	});
});
