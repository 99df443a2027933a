import { expect, it } from '@jest/globals';
import { trimmed } from '../../../../nodes/WanAvatar/fields/formValue';

it.each([
	['blanks', '  user_1 ', 'user_1'],
	['a line break of a pasted ID', 'abc123\r\n', 'abc123'],
	['a tab and a no-break space', '\tabc123\u00a0', 'abc123'],
	['what nobody sees', '\ufeff\u200babc123\u200e\u2060', 'abc123'],
	['what is within stays', 'input avatars/jobs 1.png', 'input avatars/jobs 1.png'],
	['an empty text', '', ''],
])('%s', (_what, given, kept) => {
	expect(trimmed(given)).toBe(kept);
});

it.each([[42], [null], [undefined], [['a ']], [true]])('%j is no text and stays', (given) => {
	expect(trimmed(given)).toBe(given);
});
