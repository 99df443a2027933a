import type { INodeProperties } from 'n8n-workflow';
import { InvalidInput } from '../../../lib/base/errors/invalidInput';

/** An error with the names that the form of an operation has for the fields; the contract's names are understood too. */
export function inFormsWords(error: unknown, properties: readonly INodeProperties[]): unknown {
	return error instanceof InvalidInput ? error.relabelled(labelsOf(properties)) : error;
}

function labelsOf(properties: readonly INodeProperties[]): Map<string, string> {
	return new Map(
		properties.flatMap((property) => [
			[property.name, property.displayName],
			[snakeCase(property.name), property.displayName],
			...labelsOf(optionsIn(property)),
		]),
	);
}

function optionsIn({ type, options = [] }: INodeProperties): INodeProperties[] {
	return type === 'collection'
		? options.filter((option) => 'displayName' in option && 'type' in option)
		: [];
}

function snakeCase(name: string): string {
	return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
