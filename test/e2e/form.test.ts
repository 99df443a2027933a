import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { OWNER, readExample, withCredentials, type ExampleWorkflow } from '../../demo/n8n/seed';
import { startRig, type Rig } from '../n8n/rig';
import { startBrowser, type Browser } from './browser';
import { Editor } from './editor';

let rig: Rig;
let browser: Browser;
let editor: Editor;

beforeAll(async () => {
	rig = await startRig({ runMs: 500 });
	browser = await startBrowser();
	editor = new Editor(browser.page, rig.n8n.url);
	await editor.signIn(OWNER);
});
afterAll(async () => {
	await browser.close();
	await rig.close();
});

async function open(workflow: ExampleWorkflow): Promise<void> {
	const { id } = await rig.n8n.rest.createWorkflow(withCredentials(workflow, rig.credentials));
	await editor.openWorkflow(id);
	await editor.openNode('Wan Avatar');
}

it('shows Public Base URL only with its Link Type', async () => {
	await open(readExample('generate-avatar.json'));
	expect(await editor.optionsOf('Link Options')).toEqual(['Link Expiry (Days)', 'Link Type']);
	await editor.addOption('Link Options', 'Link Type');
	expect(await editor.optionsOf('Link Options')).toEqual(['Link Expiry (Days)']);
	await editor.pick('linkType', 'Public Base URL');
	expect(await editor.optionsOf('Link Options')).toEqual(['Link Expiry (Days)', 'Public Base URL']);
});

/** The node behind one that makes a file, with a portrait that is to be chosen from the incoming files. */
function behindFile(): ExampleWorkflow {
	const example = readExample('generate-avatar.json');
	const [start] = example.nodes.filter(({ type }) => type.endsWith('Trigger'));
	const node = (name: string, type: string, parameters: Record<string, string | object>) => ({
		name,
		type: `n8n-nodes-base.${type}`,
		typeVersion: type === 'set' ? 3.4 : 1.1,
		position: [120, 200],
		parameters,
	});
	const text = node('Text', 'set', { mode: 'raw', jsonOutput: '{"text": "a portrait"}' });
	const file = node('File', 'convertToFile', {
		operation: 'toText',
		sourceProperty: 'text',
		binaryPropertyName: 'Portrait',
		options: { fileName: 'me.txt' },
	});
	const avatar = example.nodes.find(({ name }) => name === 'Wan Avatar');
	if (!start || !avatar) throw new Error('the example has other nodes');
	const parameters = {
		...avatar.parameters,
		portraitSource: 'binary',
		portraitBinaryField: { __rl: true, mode: 'list', value: '' },
	};
	const main = (name: string) => ({ main: [[{ node: name, type: 'main', index: 0 }]] });
	return {
		...example,
		nodes: [start, text, file, { ...avatar, parameters }],
		connections: { [start.name]: main('Text'), Text: main('File'), File: main('Wan Avatar') },
	};
}

it('lists the files of the incoming item once the node before has run', async () => {
	await open(behindFile());
	await editor.clickLocator('portraitBinaryField');
	const error = editor.part('rlc-error-container');
	await error.waitFor();
	expect(await error.innerText()).toMatch(
		/The input has no file yet: run the node before this one first/,
	);
	await browser.page.keyboard.press('Escape');

	await editor.part('execute-previous-node').click();
	await editor.part('ndv-input-panel').getByText('me.txt').first().waitFor();
	await editor.closeNode();
	await editor.openNode('Wan Avatar');
	await editor.openPicker('portraitBinaryField');
	expect(await editor.offered()).toEqual([expect.stringContaining('Portrait (me.txt)')]);
	await editor.choose('Portrait (me.txt)');
	expect(await editor.chosen('portraitBinaryField')).toBe('Portrait (me.txt)');
});
