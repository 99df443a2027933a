import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { importedFile } from './imports';

/** All that a file exports is used. */
const EVERYTHING = '*';

/** Names of exports by file, used or declared. */
type Names = Map<string, Set<string>>;

export interface Source {
	file: string;
	text: string;
}

/**
 * `file: name` of every export of `exporters` that none of `importers` takes. A type may be exported for whoever has to
 * name what a function takes or gives: it must be used in its own file at least.
 */
export function unusedExports(
	exporters: readonly Source[],
	importers: readonly Source[],
): string[] {
	const used: Names = new Map();
	for (const source of importers) addUses(source, used);
	return exporters.flatMap((source) => {
		const names = used.get(source.file) ?? new Set();
		if (names.has(EVERYTHING)) return [];
		return exportsOf(source)
			.filter((name) => !names.has(name) && !isTypeInUse(source, name))
			.map((name) => `${source.file}: ${name}`);
	});
}

export function readSource(file: string): Source {
	return { file, text: readFileSync(file, 'utf8') };
}

function parse({ file, text }: Source): ts.SourceFile {
	return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
}

function isTypeInUse({ text }: Source, name: string): boolean {
	const isType = new RegExp(`^export (interface|type) ${name}\\b`, 'm').test(text);
	return isType && [...text.matchAll(new RegExp(`\\b${name}\\b`, 'g'))].length > 1;
}

function exportsOf(source: Source): string[] {
	return parse(source).statements.flatMap((statement) => {
		if (ts.isExportDeclaration(statement)) {
			const { exportClause, isTypeOnly } = statement;
			if (isTypeOnly || !exportClause || !ts.isNamedExports(exportClause)) return [];
			return exportClause.elements.map(({ name }) => name.text);
		}
		if (!isExported(statement)) return [];
		if (ts.isVariableStatement(statement))
			return statement.declarationList.declarations.flatMap(({ name }) => boundNames(name));
		return isNamed(statement) && statement.name ? [statement.name.text] : [];
	});
}

function isExported(statement: ts.Statement): boolean {
	if (!ts.canHaveModifiers(statement)) return false;
	const kinds = ts.getModifiers(statement)?.map(({ kind }) => kind) ?? [];
	return (
		kinds.includes(ts.SyntaxKind.ExportKeyword) && !kinds.includes(ts.SyntaxKind.DefaultKeyword)
	);
}

function isNamed(
	statement: ts.Statement,
): statement is
	ts.FunctionDeclaration | ts.ClassDeclaration | ts.InterfaceDeclaration | ts.TypeAliasDeclaration {
	return (
		ts.isFunctionDeclaration(statement) ||
		ts.isClassDeclaration(statement) ||
		ts.isInterfaceDeclaration(statement) ||
		ts.isTypeAliasDeclaration(statement)
	);
}

function boundNames(binding: ts.BindingName): string[] {
	if (ts.isIdentifier(binding)) return [binding.text];
	return elementsOf(binding).flatMap(({ name }) => boundNames(name));
}

/** The names that a pattern takes, as they are called where they come from. */
function takenNames(pattern: ts.BindingPattern): string[] {
	return elementsOf(pattern).flatMap(({ propertyName, name }) => {
		const taken = propertyName ?? name;
		return ts.isIdentifier(taken) ? [taken.text] : [];
	});
}

function elementsOf({ elements }: ts.BindingPattern): ts.BindingElement[] {
	return [...elements].filter((element) => ts.isBindingElement(element));
}

function addUses(source: Source, used: Names): void {
	const add = (specifier: ts.Node | undefined, names: readonly string[]) => {
		if (!specifier || !ts.isStringLiteralLike(specifier)) return;
		const file = importedFile(source.file, specifier.text);
		used.set(file, new Set([...(used.get(file) ?? []), ...names]));
	};
	const visit = (node: ts.Node): void => {
		if (ts.isImportDeclaration(node))
			add(node.moduleSpecifier, takenBy(node.importClause?.namedBindings));
		if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, takenBy(node.exportClause));
		if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
			add(node.argument.literal, typeTaken(node));
		if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
			add(node.arguments[0], boundBy(node));
		ts.forEachChild(node, visit);
	};
	visit(parse(source));
}

function takenBy(bindings: ts.NamedImportBindings | ts.NamedExportBindings | undefined): string[] {
	if (!bindings || ts.isNamespaceImport(bindings) || ts.isNamespaceExport(bindings))
		return [EVERYTHING];
	return bindings.elements.map(({ propertyName, name }) => (propertyName ?? name).text);
}

function typeTaken({ qualifier }: ts.ImportTypeNode): string[] {
	return [qualifier && ts.isIdentifier(qualifier) ? qualifier.text : EVERYTHING];
}

/** What is taken of `await import('…')`: by `const { a } =`, or by `(…).a`. */
function boundBy(call: ts.CallExpression): string[] {
	const awaited = call.parent;
	const taker = ts.isParenthesizedExpression(awaited.parent)
		? awaited.parent.parent
		: awaited.parent;
	if (ts.isPropertyAccessExpression(taker)) return [taker.name.text];
	return ts.isVariableDeclaration(taker) && ts.isObjectBindingPattern(taker.name)
		? takenNames(taker.name)
		: [EVERYTHING];
}
