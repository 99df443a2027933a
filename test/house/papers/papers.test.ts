import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { jobReport } from '../../../lib/generation/report/reportFields';
import { bin, scripts } from '../../../package.json';
import { FOREIGN_FLAGS, FOREIGN_NAMES, FOREIGN_VARIABLES } from './foreignWords';
import { fields, names, withoutUnit } from './formNames';
import { code, italics, papers, rows } from './texts';

const README_LINES = 120;

const textOf = (file: string) => papers.find((paper) => paper.file === file)?.text ?? '';

const isOfUsers = ({ file }: { file: string }) =>
	!/^(CONTRIBUTING|docs\/(architecture|decisions))/.test(file);

describe('commands', () => {
	const help = (...args: string[]) =>
		execFileSync(process.execPath, [bin['wan-avatar'], ...args, '--help'], { encoding: 'utf8' });
	const commands = [...help().matchAll(/^ {2}([a-z-]+) /gm)].map(([, name = '']) => name);
	const usages = [
		...commands.map((name) => help(name)),
		...['demo/n8n/main.ts', 'demo/demo.ts', 'standin/main.ts', 'test/bench/main.ts'].map((file) =>
			readFileSync(file, 'utf8'),
		),
	].join('\n');

	const unknownCommands = (text: string) => [
		...unknown(/npm run (?:--silent )?([\w:-]+)/g, text, Object.keys(scripts)),
		...unknown(/(?:^|[/ ])wan-avatar ([a-z][\w-]*)/g, code(text).join('\n'), commands),
		...unknown(/\b(npx) /g, text, []),
	];
	const unknownFlags = (text: string) =>
		code(text)
			.flatMap((line) => [...line.matchAll(/(?:^|[\s[])(--[a-z][a-z-]+)/g)])
			.map(([, flag = '']) => flag)
			.filter((flag) => !usages.includes(flag) && !FOREIGN_FLAGS.has(flag));

	it.each(papers)('$file names only those that there are', ({ text }) => {
		expect(unknownCommands(text)).toEqual([]);
	});

	it.each(papers.filter(isOfUsers))('$file names only flags that there are', ({ text }) => {
		expect(unknownFlags(text)).toEqual([]);
	});

	it('what is planted is found', () => {
		const planted = 'Run `npm run nothing` or\n\n```bash\nwan-avatar remove --hard\nnpx x\n```\n';
		expect(unknownCommands(planted)).toEqual(['nothing', 'remove', 'npx']);
		expect(unknownFlags(planted)).toEqual(['--hard']);
		expect(unknownCommands('`npm run n8n`, `wan-avatar plan`')).toEqual([]);
	});
});

describe('names of the form', () => {
	const unknownNames = (text: string) =>
		italics(text).filter((name) => !names.has(name) && !FOREIGN_NAMES.has(name));
	const unknownInTables = (text: string) =>
		['field', 'option', 'operation']
			.flatMap((title) => rows(text, title))
			.flatMap(([cell = '']) => cell.split(', '))
			.filter((name) => !names.has(name));

	it.each(papers)('$file has in italics only names that there are', ({ text }) => {
		expect(unknownNames(text)).toEqual([]);
	});

	it.each(papers)('$file has in its tables only names that there are', ({ text }) => {
		expect(unknownInTables(text)).toEqual([]);
	});

	it('no word of others is listed that nobody uses, or that the form has', () => {
		const used = papers.flatMap(({ text }) => italics(text));
		expect([...FOREIGN_NAMES].filter((name) => !used.includes(name))).toEqual([]);
		expect([...FOREIGN_NAMES].filter((name) => names.has(name))).toEqual([]);
	});

	it('what is planted is found', () => {
		expect(unknownNames('Set _Talking Speed_ or _Avatar: Speak_, not _User\nID_.')).toEqual([
			'Talking Speed',
			'Avatar: Speak',
		]);
		expect(unknownInTables('| option | x |\n| --- | --- |\n| Timeout, Mood | y |')).toEqual([
			'Mood',
		]);
	});
});

describe('defaults', () => {
	/** What holds without the option, where that is not a value of it. */
	const WITHOUT: ReadonlyMap<string, string> = new Map([
		['Max Parallel Jobs', 'automatic'],
		['Max Run Time', "the endpoint's"],
		['Max Queue Time', "the endpoint's"],
		['Poll Interval', 'learned'],
		['Price per GPU Second', "RunPod's"],
		['Spending Limit', 'none'],
	]);

	/** The ways to write a default: 604800 of *Link Expiry (Seconds)* is "7 days", too. */
	function written(name: string): string[] {
		return fields
			.filter(({ displayName }) => withoutUnit(displayName) === name)
			.flatMap(({ displayName, default: value, options = [] }) => {
				if (typeof value === 'boolean') return [value ? 'on' : 'off'];
				if (typeof value === 'string') {
					const chosen = options.find((option) => 'value' in option && option.value === value);
					return [chosen && 'name' in chosen ? chosen.name.toLowerCase() : value];
				}
				const unit = / \(([^)]*)\)$/.exec(displayName)?.[1]?.toLowerCase();
				if (typeof value !== 'number') return [];
				const days = unit === 'seconds' ? [`${String(value / 86_400)} days`] : [];
				return [unit ? `${String(value)} ${unit}` : String(value), ...days];
			});
	}

	const isRight = (name: string, value: string) =>
		WITHOUT.has(name)
			? WITHOUT.get(name) === value
			: written(name).some((way) => way === value || (value !== '' && way.startsWith(`${value} `)));
	const wrong = (text: string) =>
		rows(text, 'option').flatMap(([cell = '', value = '']) =>
			cell
				.split(', ')
				.filter((name) => !isRight(name, value))
				.map((name) => `${name}: ${value}`),
		);

	it.each(papers)('$file gives those of the form', ({ text }) => {
		expect(wrong(text)).toEqual([]);
	});

	it('what is planted is found', () => {
		const head = '| option | default |\n| --- | --- |\n';
		expect(wrong(`${head}| Max Restarts | 3 |\n| Check Only | on |`)).toEqual([
			'Max Restarts: 3',
			'Check Only: on',
		]);
		expect(wrong(`${head}| Max Restarts | 2 |\n| Check Only | off |`)).toEqual([]);
	});
});

describe('variables, codes and states', () => {
	const sources = globSync(['{cli,lib,nodes,demo,test/storage,test/e2e}/**/*.ts', '.ci/run'])
		.map((file) => readFileSync(file, 'utf8'))
		.join('\n');
	const unknownConstants = (text: string) =>
		code(text)
			.flatMap((line) => line.match(/\b[A-Z][A-Z\d]*(?:_[A-Z\d]+)+\b/g) ?? [])
			.filter((word) => !sources.includes(word) && !FOREIGN_VARIABLES.has(word));

	it.each(papers.filter(isOfUsers))('$file names only those that there are', ({ text }) => {
		expect(unknownConstants(text)).toEqual([]);
	});

	it('what is planted is found', () => {
		const planted = 'Set `RUNPOD_MAX_MONEY=1`, or see `VIDEO_LOST` and `VIDEO_MISSING`.';
		expect(unknownConstants(planted)).toEqual(['RUNPOD_MAX_MONEY', 'VIDEO_LOST']);
	});
});

describe('the output of Generate', () => {
	const [, list = ''] =
		/^The output has ([^]*?), and any field/m.exec(textOf('docs/generate.md')) ?? [];

	it('docs/generate.md lists its fields in their order', () => {
		const listed = [...list.matchAll(/`(\w+)`/g)].map(([, field]) => field);
		expect(listed).toEqual(Object.keys(jobReport.shape));
	});
});

describe('examples', () => {
	const listed = rows(readFileSync('docs/n8n.md', 'utf8'), 'file').map(([file]) => file);

	it('docs/n8n.md lists every one, and no other', () => {
		expect(listed.toSorted()).toEqual(
			globSync('examples/*.json')
				.map((file) => basename(file))
				.sort(),
		);
	});
});

it(`the README has at most ${String(README_LINES)} lines`, () => {
	expect(readFileSync('README.md', 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(
		README_LINES,
	);
});

function unknown(pattern: RegExp, text: string, known: readonly string[]): string[] {
	return [...text.matchAll(pattern)].flatMap(([, name = '']) =>
		known.includes(name) ? [] : [name],
	);
}
