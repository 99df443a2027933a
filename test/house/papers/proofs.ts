import ts from 'typescript';

/** A test that a line of a paper names: `test/x.test.ts` · "its name". */
export interface Proof {
	file: string;
	/** The title of a test or a describe, or several of them from the outer to the inner with "›" between. */
	name: string;
}

const PROOF = /`(test\/[^`]*)`((?: · "[^"]+")*)/g;

/** The tests that a text names; one without a name has an empty one. */
export function proofsIn(text: string): Proof[] {
	return [...text.matchAll(PROOF)].flatMap(([, file = '', names = '']) => {
		const quoted = [...names.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name);
		return (quoted.length > 0 ? quoted : ['']).map((name) => ({ file, name }));
	});
}

/** What a paper claims: each item of its lists and each row of its tables, in one line. */
export function claimsIn(text: string): string[] {
	const blocks = text.replaceAll(/```[^]*?```/g, '').split(/\n\s*\n/);
	return blocks.flatMap((block) => (block.startsWith('|') ? rowsOf(block) : itemsOf(block)));
}

/** Words outside of lists and tables that neither lead to one, by a colon at their end, nor to the paper that says more. */
export function looseIn(text: string): string[] {
	return text
		.replaceAll(/```[^]*?```/g, '')
		.split(/\n\s*\n/)
		.map((block) => block.trim())
		.filter((block) => !/^(?:#|\||[-*] |\d+\. |$)/.test(block))
		.filter((block) => !block.endsWith(':') && !block.includes(']('));
}

function rowsOf(table: string): string[] {
	return table.trim().split('\n').slice(2);
}

function itemsOf(block: string): string[] {
	return block
		.split(/^(?=\s*(?:[-*]|\d+\.) )/m)
		.filter((part) => /^\s*(?:[-*]|\d+\.) /.test(part))
		.map((part) => part.replaceAll(/\s+/g, ' ').trim());
}

/** The titles of each test and describe of a file, those around it before its own; what is skipped has none. */
export function titlesIn(file: string, text: string): string[][] {
	const found: string[][] = [];
	const visit = (node: ts.Node, around: readonly string[]): void => {
		const title = titleOf(node);
		if (title === 'skipped') return;
		const inner = title ? [...around, title.text] : around;
		if (title) found.push([...inner]);
		ts.forEachChild(node, (child) => {
			visit(child, inner);
		});
	};
	visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true), []);
	return found;
}

function titleOf(node: ts.Node): { text: string } | 'skipped' | undefined {
	if (!ts.isCallExpression(node)) return undefined;
	const [first] = node.arguments;
	if (!first || !ts.isStringLiteralLike(first)) return undefined;
	const callee = calleeOf(node.expression);
	if (/\.(?:skip|todo)\b/.test(callee)) return 'skipped';
	return /^(?:describe\w*|test|it)(?:\.|$)/.test(callee) ? { text: first.text } : undefined;
}

/** As `it.each`; where a condition chooses, what holds where everything is installed. */
function calleeOf(callee: ts.Expression): string {
	if (ts.isParenthesizedExpression(callee)) return calleeOf(callee.expression);
	if (ts.isConditionalExpression(callee)) return calleeOf(callee.whenTrue);
	if (ts.isCallExpression(callee)) return calleeOf(callee.expression);
	if (ts.isPropertyAccessExpression(callee))
		return `${calleeOf(callee.expression)}.${callee.name.text}`;
	return ts.isIdentifier(callee) ? callee.text : '';
}

/** Whether a name stands somewhere among the titles. */
export function isNamed(name: string, titles: readonly string[][]): boolean {
	const wanted = name.split(' › ');
	return titles.some((path) => wanted.every((title, i) => path.at(i - wanted.length) === title));
}
