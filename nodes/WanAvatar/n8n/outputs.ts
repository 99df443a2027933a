import type { IDataObject } from 'n8n-workflow';

/** What a field holds when it holds something: a plain type, a list (in brackets), or fields of its own. */
export type OutputType =
	'string' | 'number' | 'integer' | 'boolean' | 'null' | readonly [OutputType] | OutputFields;

export interface OutputFields {
	readonly [name: string]: OutputType;
}

/** The report of a job, whose fields stand in `lib/generation/report/reportFields.ts`. */
export const JOB_REPORT = 'job report';

/** What an operation gives out, for its output schema (`npm run schemas`) and the page of all operations. */
export type Outputs = OutputFields | typeof JOB_REPORT;

/** An item with exactly these fields. */
export type ItemOf<Fields extends OutputFields> = { [Field in keyof Fields]: IDataObject[string] };

export const TEXTS = ['string'] as const;
