import { ESLint } from 'eslint';
import { beforeAll, describe, expect, it } from '@jest/globals';

let eslint: ESLint;

beforeAll(() => {
	eslint = new ESLint();
});

async function rulesBrokenBy(text: string, filePath: string): Promise<(string | null)[]> {
	const [result] = await eslint.lintText(text, { filePath });
	return result?.messages.map(({ ruleId }) => ruleId) ?? [];
}

describe('what is planted is found by the linter', () => {
	it('a timer in a node, though its line asks to be left alone', async () => {
		const text =
			'// eslint-disable-next-line\nexport const timer = setTimeout(() => undefined, 1);\n';
		expect(await rulesBrokenBy(text, 'nodes/WanAvatar/actions/router.ts')).toContain(
			'@n8n/community-nodes/no-restricted-globals',
		);
	});

	it('a run-time dependency', async () => {
		const text = JSON.stringify({ name: 'n8n-nodes-x', dependencies: { minio: '8.0.7' } });
		expect(await rulesBrokenBy(text, 'package.json')).toContain(
			'@n8n/community-nodes/no-runtime-dependencies',
		);
	});

	it('a disabled rule in the library', async () => {
		const text =
			'// eslint-disable-next-line @typescript-eslint/no-explicit-any\nexport type A = any;\n';
		expect(await rulesBrokenBy(text, 'lib/base/data/text.ts')).toContain(
			'@typescript-eslint/no-explicit-any',
		);
	});
});
