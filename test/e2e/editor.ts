import type { Locator, Page } from 'playwright-core';
import type { Owner } from '../../demo/n8n/rest';

/** n8n's editor, by what a person does in it. */
export class Editor {
	constructor(
		readonly page: Page,
		readonly url: string,
	) {}

	/** Parts of the editor by the names that n8n gives them for tests. */
	part(name: string): Locator {
		return this.page.getByTestId(name).locator('visible=true');
	}

	async signIn({ email, password }: Owner): Promise<void> {
		await this.page.goto(`${this.url}/signin`);
		await this.page.locator('input[name=emailOrLdapLoginId]').fill(email);
		await this.page.locator('input[type=password]').fill(password);
		await this.page.getByRole('button', { name: 'Sign in' }).click();
		await this.page.waitForURL('**/home/workflows');
	}

	async openWorkflow(id: string): Promise<void> {
		await this.page.goto(`${this.url}/workflow/${id}`);
		await this.part('canvas').waitFor();
	}

	/** What the nodes panel offers for a search, the best first. */
	async search(words: string): Promise<string[]> {
		if ((await this.part('node-creator-search-bar').count()) === 0)
			await this.part('node-creator-plus-button').click();
		await this.part('node-creator-search-bar').fill(words);
		// The list follows the typing with a delay.
		await this.page.waitForTimeout(500);
		return await this.listed('node-creator-item-name');
	}

	async openNode(name: string): Promise<void> {
		await this.page.locator(`[data-test-id=canvas-node][data-node-name="${name}"]`).dblclick();
		await this.part('ndv').waitFor();
	}

	/** Waits until a node on the canvas has run without a fault. */
	async executed(name: string): Promise<void> {
		const node = this.page.locator(`[data-test-id=canvas-node][data-node-name="${name}"]`);
		await node.getByTestId('canvas-node-status-success').first().waitFor();
	}

	async closeNode(): Promise<void> {
		await this.part('ndv-close-button').click();
		await this.part('ndv').waitFor({ state: 'hidden' });
	}

	async fill(field: string, value: string): Promise<void> {
		await this.part(`parameter-input-${field}`).locator('input, textarea').first().fill(value);
	}

	/** Types into a field where a thing can be chosen in several ways. */
	async fillLocator(field: string, value: string): Promise<void> {
		await this.locator(field).getByTestId('rlc-input').fill(value);
	}

	/** Opens the list of a field, whether it shows anything or not. */
	async clickLocator(field: string): Promise<void> {
		await this.locator(field).getByTestId('rlc-input').click();
	}

	/** Chooses how a thing is given, such as From List. */
	async giveBy(field: string, way: string): Promise<void> {
		await this.locator(field).getByTestId('rlc-mode-selector').click();
		const ways = this.page.getByRole('option').locator('visible=true');
		await ways.filter({ hasText: way }).first().click();
	}

	/** Opens the list of a field where a thing can be chosen. */
	async openPicker(field: string): Promise<void> {
		await this.clickLocator(field);
		await this.part('rlc-item').first().waitFor();
	}

	/** What the open list shows. */
	async offered(): Promise<string[]> {
		return await this.listed('rlc-item');
	}

	/** The texts of a list, once it is there and does not grow: n8n fills its lists a moment after they open. */
	async listed(part: string): Promise<string[]> {
		await this.part(part).first().waitFor();
		for (let before = -1; ;) {
			const texts = await this.part(part).allInnerTexts();
			if (texts.length > 0 && texts.length === before) return texts;
			before = texts.length;
			await this.page.waitForTimeout(200);
		}
	}

	/** Types into the search of the open list, and waits until it shows nothing else. */
	async searchPicker(words: string): Promise<void> {
		await this.part('rlc-search').fill(words);
		const others = this.part('rlc-item').filter({ hasNotText: words });
		await others.first().waitFor({ state: 'hidden' });
		await this.part('rlc-item').first().waitFor();
	}

	async choose(name: string): Promise<void> {
		await this.part('rlc-item').filter({ hasText: name }).first().click();
	}

	/** What a field shows where a thing was chosen. */
	async chosen(field: string): Promise<string> {
		return await this.locator(field).getByTestId('rlc-input').inputValue();
	}

	private locator(field: string): Locator {
		return this.part(`resource-locator-${field}`);
	}

	/** Fills a field of the credential that is open; the node behind it may have one of the same name. */
	async fillCredential(field: string, value: string): Promise<void> {
		const dialog = this.part('editCredential-modal');
		await dialog.getByTestId(`parameter-input-${field}`).locator('input').first().fill(value);
	}

	async executeStep(): Promise<void> {
		await this.part('node-execute-button').click();
	}

	async executeWorkflow(): Promise<void> {
		await this.part('execute-workflow-button').click();
	}

	/** Opens the dialog for a new credential of the node that is open. */
	async newCredential(label: string): Promise<void> {
		await this.credentialSlot(label).getByTestId('node-credentials-select').click();
		await this.part('node-credentials-select-item-new').click();
		await this.part('editCredential-modal').waitFor();
	}

	/** Opens the dialog for the first credential of its kind, where there is none to choose. */
	async firstCredential(label: string): Promise<void> {
		const none = this.credentialSlot(label).getByTestId('node-credentials-empty-state');
		await none.getByRole('button').click();
		await this.part('editCredential-modal').waitFor();
	}

	/** Saves a credential whose test fails, and reads why. */
	async saveWrongCredential(): Promise<string> {
		await this.part('credential-save-button').click();
		await this.page.getByText('More details').locator('visible=true').click();
		const banner = this.part('node-credentials-config-container').locator('.el-tag--danger');
		return await banner.locator('visible=true').innerText();
	}

	/** Saves a credential whose test passes: n8n then closes the dialog. */
	async saveRightCredential(): Promise<void> {
		await this.part('credential-save-button').click();
		await this.part('editCredential-modal').waitFor({ state: 'hidden' });
	}

	/** Opens a chosen credential again, and reads what n8n says of it. */
	async readCredential(label: string): Promise<string> {
		await this.openCredential(label);
		const verdict = await this.part('credentials-config-container-test-success').innerText();
		await this.closeCredential();
		return verdict;
	}

	async openCredential(label: string): Promise<void> {
		await this.credentialSlot(label).getByTestId('credential-edit-button').click();
		await this.part('editCredential-modal').waitFor();
	}

	async closeCredential(): Promise<void> {
		await this.part('editCredential-modal').getByRole('button', { name: 'Close' }).click();
		await this.part('editCredential-modal').waitFor({ state: 'hidden' });
	}

	/** Each credential that the open node shows, with the one that is chosen in it. */
	async credentials(): Promise<[label: string, chosen: string][]> {
		await this.listed('node-credentials-slot');
		const slots = await this.part('node-credentials-slot').all();
		return await Promise.all(
			slots.map(async (slot): Promise<[string, string]> => {
				const [label = ''] = (await slot.innerText()).split('\n');
				const select = slot.getByTestId('node-credentials-select');
				return [label, await select.locator('input').first().inputValue()];
			}),
		);
	}

	/** Turns a switch of the form. */
	async turn(field: string): Promise<void> {
		await this.part(`parameter-input-${field}`).locator('.el-switch').click();
	}

	private credentialSlot(label: string): Locator {
		return this.part('node-credentials-slot').filter({ hasText: label });
	}

	/** Takes a node from the nodes panel, with one of its actions; its form is open then. */
	async addNode(words: string, name: string, action: string): Promise<void> {
		await this.part('node-creator-search-bar').fill(words);
		const found = this.part('item-iterator-item').filter({ hasText: name });
		await found.first().click();
		await this.page.getByText(action).first().click();
		await this.part('ndv').waitFor();
	}

	/** Chooses in a list that n8n knows, such as that of the operations. */
	async pick(field: string, name: string): Promise<void> {
		await this.part(`parameter-input-${field}`).click();
		const options = this.page.getByRole('option').locator('visible=true');
		await options.filter({ hasText: name }).first().click();
	}

	/** Shows the first fields of the open form. */
	async scrollToTop(): Promise<void> {
		await this.part('node-parameters').first().hover();
		await this.page.mouse.wheel(0, -10_000);
		await this.part('parameter-input-resource').waitFor();
	}

	/** Adds a field for a file to a Form Trigger. */
	async addFormFile(index: number, label: string): Promise<void> {
		const elements = this.page.getByTestId('fixed-collection-formFields');
		await elements.getByTestId('fixed-collection-add').click();
		const labels = elements.getByTestId('parameter-input-fieldLabel');
		await labels.nth(index).locator('input').first().fill(label);
		await elements.getByTestId('parameter-input-fieldType').nth(index).click();
		const file = this.page.getByRole('option', { name: 'File', exact: true });
		await file.locator('visible=true').click();
	}

	/** The page that opens of itself, such as that of a form. */
	async opening(act: () => Promise<void>): Promise<Page> {
		const opened = this.page.context().waitForEvent('page');
		await act();
		const page = await opened;
		await page.waitForLoadState();
		return page;
	}

	/** Adds every option that a node offers, group by group, and says their names. */
	async addAllOptions(): Promise<string[]> {
		const names: string[] = [];
		const groups = this.part('collection-parameter-add');
		const option = this.part('collection-parameter-option').first();
		await groups.first().waitFor();
		while ((await groups.count()) > 0) {
			const before = await this.part('parameter-item').count();
			await groups.first().click();
			// Where there is one option alone, it is added at once.
			const added = this.part('parameter-item').nth(before);
			await option.or(added).first().waitFor();
			if (!(await option.isVisible())) continue;
			names.push(await option.innerText());
			await option.click();
		}
		return names;
	}

	/** What can be added to a group of options. */
	async optionsOf(group: string): Promise<string[]> {
		await this.group(group).getByTestId('collection-parameter-add').click();
		const names = await this.listed('collection-parameter-option');
		await this.page.keyboard.press('Escape');
		return names;
	}

	/** Adds an option to a group of options. */
	async addOption(group: string, name: string): Promise<void> {
		await this.group(group).getByTestId('collection-parameter-add').click();
		await this.part('collection-parameter-option').getByText(name, { exact: true }).click();
	}

	private group(name: string): Locator {
		const add = this.page.getByTestId('collection-parameter-add');
		return this.part('parameter-item').filter({ hasText: name, has: add });
	}
}
