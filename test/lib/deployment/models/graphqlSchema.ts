import { readFileSync } from 'node:fs';
import { buildSchema, getVariableValues, Kind, parse, validate } from 'graphql';
import * as z from 'zod/v4';
import type { ManagementCall } from '../../../../standin/management/managementApi';

const schema = buildSchema(readFileSync('test/fixtures/runpod.graphql', 'utf8'));

const request = z.strictObject({
	query: z.string(),
	variables: z.record(z.string(), z.unknown()),
});

export function isGraphql({ path }: Pick<ManagementCall, 'path'>): boolean {
	return path === '/graphql';
}

/** What is wrong with a request to GraphQL, read by graphql-js with the schema of what is known of RunPod's. */
export function graphqlFaults({ operation, body }: ManagementCall): string[] {
	const { success, data } = request.safeParse(body);
	if (!success) return [`${operation}: is no request to GraphQL`];
	const document = parse(data.query);
	const faults = validate(schema, document).map(({ message }) => message);
	const values = document.definitions.flatMap((definition) => {
		if (definition.kind !== Kind.OPERATION_DEFINITION) return ['has a part that is no operation'];
		const declared = definition.variableDefinitions ?? [];
		const names = declared.map(({ variable }) => variable.name.value);
		const strange = Object.keys(data.variables).filter((name) => !names.includes(name));
		const { errors = [] } = getVariableValues(schema, declared, data.variables);
		return [
			...errors.map(({ message }) => message),
			...strange.map((name) => `$${name} is not used`),
		];
	});
	return [...faults, ...values].map((fault) => `${operation}: ${fault}`);
}
