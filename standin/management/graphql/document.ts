/** A field of a request, with what it asks of that. */
export interface Selection {
	name: string;
	args: Readonly<Record<string, Value>>;
	selections: readonly Selection[];
}

/** A literal, or the name of a variable. */
export type Value =
	| { kind: 'variable'; name: string }
	| { kind: 'literal'; value: string | number | boolean | null }
	| { kind: 'enum'; name: string }
	| { kind: 'list'; items: readonly Value[] }
	| { kind: 'object'; fields: Readonly<Record<string, Value>> };

export interface Operation {
	type: 'query' | 'mutation';
	/** The type of each variable, such as `String!`. */
	variables: Readonly<Record<string, string>>;
	selections: readonly Selection[];
}

export class SyntaxFault extends Error {}

const TOKEN =
	/\s*(?:#[^\n]*\n)*\s*("(?:[^"\\\n]|\\.)*"|[A-Za-z_]\w*|-?\d+(?:\.\d+)?|[{}()[\]:$!=,])/y;

/** Reads one operation; fragments, directives and aliases are not played. */
export function parseDocument(text: string): Operation {
	return new Parser(text).operation();
}

class Parser {
	readonly #tokens: string[] = [];
	#at = 0;

	constructor(text: string) {
		TOKEN.lastIndex = 0;
		for (let found = TOKEN.exec(text); found; found = TOKEN.exec(text)) {
			const [, token = ''] = found;
			if (token !== ',') this.#tokens.push(token);
			if (TOKEN.lastIndex >= text.trimEnd().length) return;
		}
		throw new SyntaxFault('Syntax Error: Unexpected character.');
	}

	operation(): Operation {
		const first = this.#peek();
		const isShort = first === '{';
		if (!isShort) this.#at += 1;
		if (!isShort && first !== 'query' && first !== 'mutation') throw unexpected(first);
		if (!isShort && isName(this.#peek())) this.#at += 1;
		const variables = this.#peek() === '(' ? this.#variables() : {};
		const selections = this.#selections();
		if (this.#peek() !== undefined) throw unexpected(this.#peek());
		return { type: first === 'mutation' ? 'mutation' : 'query', variables, selections };
	}

	#variables(): Record<string, string> {
		const found: Record<string, string> = {};
		this.#take('(');
		while (this.#peek() !== ')') {
			this.#take('$');
			const name = this.#name();
			this.#take(':');
			found[name] = this.#type();
		}
		this.#take(')');
		return found;
	}

	#type(): string {
		const inner = this.#peek() === '[' ? this.#listType() : this.#name();
		if (this.#peek() !== '!') return inner;
		this.#take('!');
		return `${inner}!`;
	}

	#listType(): string {
		this.#take('[');
		const item = this.#type();
		this.#take(']');
		return `[${item}]`;
	}

	#selections(): Selection[] {
		const found: Selection[] = [];
		this.#take('{');
		do {
			const name = this.#name();
			const args = this.#peek() === '(' ? this.#args('(', ')') : {};
			const selections = this.#peek() === '{' ? this.#selections() : [];
			found.push({ name, args, selections });
		} while (this.#peek() !== '}');
		this.#take('}');
		return found;
	}

	#args(open: string, close: string): Record<string, Value> {
		const found: Record<string, Value> = {};
		this.#take(open);
		while (this.#peek() !== close) {
			const name = this.#name();
			this.#take(':');
			found[name] = this.#value();
		}
		this.#take(close);
		return found;
	}

	#value(): Value {
		const token = this.#peek();
		if (token === '{') return { kind: 'object', fields: this.#args('{', '}') };
		if (token === '[') return this.#list();
		this.#at += 1;
		if (token === '$') return { kind: 'variable', name: this.#name() };
		if (token === undefined) throw unexpected(token);
		if (/^["\d-]/.test(token) || /^(true|false|null)$/.test(token))
			return { kind: 'literal', value: literalOf(token) };
		if (isName(token)) return { kind: 'enum', name: token };
		throw unexpected(token);
	}

	#list(): Value {
		const items: Value[] = [];
		this.#take('[');
		while (this.#peek() !== ']') items.push(this.#value());
		this.#take(']');
		return { kind: 'list', items };
	}

	#name(): string {
		const token = this.#peek();
		if (!isName(token)) throw unexpected(token);
		this.#at += 1;
		return token;
	}

	#take(wanted: string): void {
		if (this.#peek() !== wanted) throw unexpected(this.#peek());
		this.#at += 1;
	}

	#peek(): string | undefined {
		return this.#tokens[this.#at];
	}
}

function isName(token: string | undefined): token is string {
	return token !== undefined && /^[A-Za-z_]/.test(token);
}

function literalOf(token: string): string | number | boolean | null {
	const value: unknown = JSON.parse(token);
	const isScalar =
		typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
	return isScalar ? value : null;
}

function unexpected(token: string | undefined): SyntaxFault {
	return new SyntaxFault(
		`Syntax Error: Unexpected ${token === undefined ? '<EOF>' : `"${token}"`}.`,
	);
}
