import { S3Error } from './errors';

/** One element: its name, and its text or its children. */
export type XmlElement = readonly [
	name: string,
	content: string | number | boolean | readonly XmlElement[],
];

const NAMESPACE = ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

/** A whole document in the S3 namespace; error documents have none. */
export function renderXml(root: XmlElement): string {
	const attributes = root[0] === 'Error' ? '' : NAMESPACE;
	return `<?xml version="1.0" encoding="UTF-8"?>\n${renderElement(root, attributes)}`;
}

function renderElement([name, content]: XmlElement, attributes = ''): string {
	const inner =
		typeof content === 'object'
			? content.map((child) => renderElement(child)).join('')
			: escapeText(String(content));
	return `<${name}${attributes}>${inner}</${name}>`;
}

function escapeText(text: string): string {
	return text.replace(/[&<>"'\p{Cc}]/gu, (character) => {
		return named.get(character) ?? `&#${String(character.charCodeAt(0))};`;
	});
}

const named = new Map([
	['&', '&amp;'],
	['<', '&lt;'],
	['>', '&gt;'],
	['"', '&quot;'],
	["'", '&apos;'],
]);
const unnamed = new Map([...named].map(([character, entity]) => [entity, character]));

export interface XmlNode {
	name: string;
	text: string;
	children: XmlNode[];
}

const token = /<\?[^>]*\?>|<!--[^]*?-->|<(\/?)([\w.:-]+)(?:\s[^<>]*?)?(\/?)>|([^<]+)/y;

/** Reads a small document without a DOCTYPE; throws MalformedXML. */
export function parseXml(source: string): XmlNode {
	const document: XmlNode = { name: '', text: '', children: [] };
	const open = [document];
	token.lastIndex = 0;
	while (token.lastIndex < source.length) {
		const match = token.exec(source);
		const current = open.at(-1);
		if (!match || !current) throw new S3Error('MalformedXML');
		const [, closing, name, empty, text] = match;
		if (text !== undefined) current.text += unescapeText(text);
		else if (closing) closeElement(open, name);
		else if (name) openElement(open, current, name, Boolean(empty));
	}
	const [root] = document.children;
	if (!root || open.length !== 1 || document.children.length !== 1)
		throw new S3Error('MalformedXML');
	return root;
}

function closeElement(open: XmlNode[], name: string | undefined): void {
	if (open.length < 2 || open.pop()?.name !== name) throw new S3Error('MalformedXML');
}

function openElement(open: XmlNode[], parent: XmlNode, name: string, empty: boolean): void {
	const node: XmlNode = { name, text: '', children: [] };
	parent.children.push(node);
	if (!empty) open.push(node);
}

function unescapeText(text: string): string {
	return text.replace(
		/&(?:#(\d+)|#x([0-9a-f]+)|\w+);/gi,
		(entity, decimal?: string, hex?: string) => {
			if (decimal) return codePoint(Number(decimal));
			if (hex) return codePoint(parseInt(hex, 16));
			return unnamed.get(entity) ?? entity;
		},
	);
}

function codePoint(code: number): string {
	if (code > 0x10ffff) throw new S3Error('MalformedXML');
	return String.fromCodePoint(code);
}

/** The text of the first child of that name. */
export function childText(node: XmlNode, name: string): string | undefined {
	return node.children.find((child) => child.name === name)?.text;
}
