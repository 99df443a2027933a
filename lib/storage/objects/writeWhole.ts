import type { WriteCondition } from './bucket';
import type { Client } from '../client/client';
import { conditionHeaders, isRefusedCondition, isUnknownCondition } from './condition';
import type { OpenRequest } from '../client/openRequest';

/** An object that is written by one request. */
export interface WholeObject {
	bucket: string;
	key: string;
	bytes: Buffer;
	contentType: string;
	/** Where the store does not know conditions, it is written all the same. */
	condition?: WriteCondition | undefined;
}

/** Writes an object; `changed` where the store finds another state than the condition says. */
export async function writeWhole(
	client: Client,
	request: OpenRequest,
	{ bucket, key, bytes, contentType, condition }: WholeObject,
): Promise<'written' | 'changed'> {
	const write = async (headers: Record<string, string>) => {
		const meta = { 'Content-Type': contentType, ...headers };
		await client.putObject(bucket, key, bytes, bytes.length, meta);
	};
	try {
		await write(conditionHeaders(condition));
	} catch (error) {
		if (!condition) throw error;
		if (isRefusedCondition(error, request.status)) return 'changed';
		if (!isUnknownCondition(request.status)) throw error;
		await write({});
	}
	return 'written';
}
