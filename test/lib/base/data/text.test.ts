import { expect, it } from '@jest/globals';
import { quoted } from '../../../../lib/base/data/text';

it.each([
	['a plain path', 'input-avatars/jobs 1.png', '"input-avatars/jobs 1.png"'],
	['other scripts', 'grüße-Ж-日本-🙂.png', '"grüße-Ж-日本-🙂.png"'],
	['a blank at the end', 'jobs.png ', '"jobs.png "'],
	['a no-break space', 'jobs\u00a01.png', '"jobs\\u{00A0}1.png"'],
	['a space without width', 'jo\u200bbs.png', '"jo\\u{200B}bs.png"'],
	['a line break', 'a\nb', '"a\\u{000A}b"'],
	['a long text', 'a'.repeat(200), `"${'a'.repeat(100)}…"`],
])('%s', (_what, value, shown) => {
	expect(quoted(value)).toBe(shown);
});
