import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { operations } from '../../../nodes/WanAvatar/actions/registry';
import { operationsPage, PAGE } from './operationsPage';

it('docs/operations.md says what the node has: else run "npm run operations"', async () => {
	expect(readFileSync(PAGE, 'utf8')).toBe(await operationsPage());
});

it('it has a chapter for every operation and the trigger, with an output', async () => {
	const text = await operationsPage();
	expect(text.match(/^## \w+: /gm)).toHaveLength(operations.size);
	expect(text).toContain('## Wan Avatar Trigger');
	expect(text.match(/^Output: `/gm)).toHaveLength(operations.size + 1);
});
