import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import type { ManagementCall } from '../../../standin/management/managementApi';
import { graphqlFaults, isGraphql } from './models/graphqlSchema';
import openApi from '../../fixtures/runpod-rest-v2-openapi.json';

const ROOT = 'openapi.json';
const ajv = addFormats(new Ajv2020({ strict: false, allErrors: true, validateSchema: false }));
// The file's own examples hold `{job_id}` in a URL, which is no URI.
ajv.addFormat('uri', (text: string) => URL.canParse(text.replace(/[{}]/g, '')));
const { CreateEndpointRequest, ...otherSchemas } = openApi.components.schemas;
const schemas = {
	...otherSchemas,
	CreateEndpointRequest: withConditionInside(CreateEndpointRequest),
};
ajv.addSchema({ $id: ROOT, components: { schemas } });

/** Ajv takes all fields for unevaluated where a condition beside unevaluatedProperties fails: inside allOf it means the same. */
function withConditionInside({
	allOf,
	if: condition,
	then,
	...rest
}: typeof CreateEndpointRequest) {
	return { ...rest, allOf: [...allOf, { if: condition, then }] };
}

/** What each operation sends and gets, by the names of the OpenAPI file; `item` is what a list lists. */
const OPERATIONS: Readonly<
	Record<string, { body?: string; answer?: string; item?: string; isStream?: boolean }>
> = {
	listRegistries: { answer: 'ListRegistriesResponse', item: 'Registry' },
	createRegistry: { body: 'CreateRegistryRequest', answer: 'Registry' },
	getRegistry: { answer: 'Registry' },
	deleteRegistry: {},
	listTemplates: { answer: 'ListTemplatesResponse', item: 'Template' },
	createTemplate: { body: 'CreateTemplateRequest', answer: 'Template' },
	getTemplate: { answer: 'Template' },
	updateTemplate: { body: 'UpdateTemplateRequest', answer: 'Template' },
	deleteTemplate: {},
	listEndpoints: { answer: 'ListEndpointsResponse', item: 'Endpoint' },
	createEndpoint: { body: 'CreateEndpointRequest', answer: 'Endpoint' },
	getEndpoint: { answer: 'Endpoint' },
	updateEndpoint: { body: 'UpdateEndpointRequest', answer: 'Endpoint' },
	deleteEndpoint: {},
	listEndpointWorkers: { answer: 'ListEndpointWorkersResponse', item: 'Worker' },
	listGpuTypes: { answer: 'ListGpuTypesResponse', item: 'GpuType' },
	listServerlessBilling: { answer: 'ListServerlessBillingResponse' },
	getWorkerLogs: { isStream: true },
};

/** What is wrong with a request and its answer by RunPod's OpenAPI file; a field that it does not know is wrong too. */
export function schemaFaults(call: ManagementCall): string[] {
	const { operation, body, status, answer } = call;
	if (isGraphql(call)) return graphqlFaults(call);
	const known = OPERATIONS[operation];
	if (!known) return [`${operation} is no operation of the OpenAPI file`];
	return [...requestFaults(operation, body), ...answerFaults(known, status, answer)].map(
		(fault) => `${operation}: ${fault}`,
	);
}

/** What is wrong with the body of a request to REST; it is undefined where there was none. */
export function requestFaults(operation: string, body: unknown): string[] {
	const schema = OPERATIONS[operation]?.body;
	if (schema) return looseFaultsOf(schema, body);
	return body === undefined ? [] : ['has a body'];
}

/** What is wrong with an answer of REST; it is undefined where it has no body. */
export function responseFaults(operation: string, status: number, answer: unknown): string[] {
	return answerFaults(OPERATIONS[operation] ?? {}, status, answer);
}

function answerFaults(
	{ answer: schema, item, isStream }: { answer?: string; item?: string; isStream?: boolean },
	status: number,
	answer: unknown,
): string[] {
	// A connection that was cut has no answer, and one that a fault has spoiled is none of the API's.
	const isSpoiled = answer === undefined && (schema !== undefined || status >= 400);
	if (status === 0 || isSpoiled) return [];
	if (status >= 400) return faultsOf('ErrorResponse', answer);
	if (isStream) return [];
	if (!schema) return status === 204 && answer === undefined ? [] : ['should be an empty 204'];
	if (!item) return faultsOf(schema, answer);
	return [
		...looseFaultsOf(schema, answer),
		...itemsOf(answer).flatMap((one) => faultsOf(item, one)),
	];
}

function itemsOf(answer: unknown): unknown[] {
	const list: unknown = Object.values(Object(answer) as object).find((value) =>
		Array.isArray(value),
	);
	return Array.isArray(list) ? list : [];
}

/** The schemas of requests close themselves, as `CreateRegistryRequest` does; those of answers are closed here. */
function faultsOf(schema: string, value: unknown): string[] {
	const validate = compiled(`strict:${schema}`, {
		$ref: `${ROOT}#/components/schemas/${schema}`,
		unevaluatedProperties: false,
	});
	return errorsOf(validate, value);
}

/** As the file has it: a list may carry paging fields that came after the file. */
function looseFaultsOf(schema: string, value: unknown): string[] {
	const ref = { $ref: `${ROOT}#/components/schemas/${schema}` };
	return errorsOf(compiled(`loose:${schema}`, ref), value);
}

const validators = new Map<string, ValidateFunction>();

function compiled(name: string, schema: object): ValidateFunction {
	const validate = validators.get(name) ?? ajv.compile(schema);
	validators.set(name, validate);
	return validate;
}

function errorsOf(validate: ValidateFunction, value: unknown): string[] {
	if (validate(value)) return [];
	return (validate.errors ?? []).map(
		({ instancePath, message, params }) =>
			`${instancePath} ${String(message)} ${JSON.stringify(params)}`,
	);
}
