import type { IBinaryKeyData, IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { End } from '../../../lib/base/errors/settled';

export interface RunMode {
	/** On: a bad item costs only itself. Off: nothing is started when one item is bad. */
	continueOnFail: boolean;
}

/** An item that carries files along. */
export class ItemWithFiles {
	constructor(
		readonly json: IDataObject,
		readonly binary: IBinaryKeyData,
	) {}
}

/** One item, with files or without. */
export type ItemResult = IDataObject | ItemWithFiles;

/** What one incoming item gives. */
export type ItemOutput = ItemResult | IDataObject[];

/** What came of several things that one incoming item asks for, each for itself. */
export class SeveralEnds {
	constructor(readonly ends: readonly End<ItemOutput>[]) {}
}

/** One operation: its fields, and what it does with all items at once. The ends come in the order of the items. */
export interface Operation {
	description: INodeProperties[];
	execute: (context: IExecuteFunctions, mode: RunMode) => Promise<End<ItemOutput | SeveralEnds>[]>;
}
