import { mkdirSync } from 'node:fs';
import type { Editor } from './editor';

const FOLDER = process.env.SCREENSHOTS ?? 'docs/screenshots';
const MARGIN = 8;

export const SIZE = { width: 1280, height: 900 };

/** Pictures of the editor, each with nothing in it that moves. */
export class Pictures {
	constructor(private readonly editor: Editor) {
		mkdirSync(FOLDER, { recursive: true });
	}

	async window(name: string): Promise<void> {
		await this.calm();
		await this.editor.page.screenshot({ path: pathOf(name), animations: 'disabled' });
	}

	/** One part of the editor, as n8n names it for tests. */
	async part(name: string, part: string): Promise<void> {
		await this.calm();
		await this.editor
			.part(part)
			.first()
			.screenshot({ path: pathOf(name), animations: 'disabled' });
	}

	/** The form of the open node alone, as high as it is. */
	async form(name: string): Promise<void> {
		const { page } = this.editor;
		await page.setViewportSize({ width: SIZE.width, height: 3200 });
		await this.calm();
		const form = await this.editor.part('node-parameters').boundingBox();
		const execute = await this.editor.part('node-execute-button').boundingBox();
		if (!form || !execute) throw new Error('there is no form');
		const y = execute.y - MARGIN;
		const height = (await this.lastFieldBottom()) + MARGIN - y;
		const clip = { x: form.x, y, width: form.width, height };
		await page.screenshot({ path: pathOf(name), clip, animations: 'disabled' });
		await page.setViewportSize(SIZE);
	}

	private async lastFieldBottom(): Promise<number> {
		const items = await this.editor.part('parameter-item').all();
		const boxes = await Promise.all(items.map(async (item) => await item.boundingBox()));
		return Math.max(...boxes.map((box) => (box ? box.y + box.height : 0)));
	}

	/** Away from the fields, which show more while the mouse is over them; messages in the corner come and go. */
	private async calm(): Promise<void> {
		await this.editor.page.mouse.move(0, 0);
		await this.editor.page.addStyleTag({
			content: '.el-notification { display: none !important }',
		});
	}
}

function pathOf(name: string): string {
	return `${FOLDER}/${name}.png`;
}
