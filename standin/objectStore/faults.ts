import { type Often, PlantedFaults, type WireFault } from '../wire/wireFault';
import type { S3Request } from './http/request';

interface FaultMatch extends Often {
	/** Each of the three matches everything when it is not given. */
	method?: string;
	bucket?: string;
	/** A pattern, or one key; empty for requests to a bucket, as listings are. */
	key?: string | RegExp;
}

/** An answer in place of the real one; without a body it is the XML error of the code. */
export interface StatusFault extends FaultMatch {
	status: number;
	/** Default: what S3 most often means by the status. */
	code?: string;
	body?: string;
	/** Default application/xml. */
	contentType?: string;
}

/** The connection ends without an answer. */
export interface CutFault extends FaultMatch {
	cut: true;
}

/** The real answer, but late. */
export interface DelayFault extends FaultMatch {
	delayMs: number;
}

/** A listing that says each time that there is more, and gives the same keys again. */
export type EndlessListingFault = FaultMatch & {
	kind: 'endlessListing';
	/** Each page names another continuation token; default false: always the same one. */
	newTokens?: boolean;
};

export type ObjectStoreFault =
	StatusFault | CutFault | DelayFault | EndlessListingFault | (FaultMatch & WireFault);

/** Planted faults, in the order planted. */
export class Faults {
	readonly #planted = new PlantedFaults<ObjectStoreFault>();

	plant(fault: ObjectStoreFault): void {
		this.#planted.plant(fault);
	}

	clear(): void {
		this.#planted.clear();
	}

	/** The first fault that matches; it counts as used. */
	take(request: S3Request): ObjectStoreFault | undefined {
		return this.#planted.take((fault) => matches(fault, request));
	}
}

function matches(fault: ObjectStoreFault, request: S3Request): boolean {
	const { method, bucket, key } = fault;
	if ('kind' in fault && fault.kind === 'endlessListing' && !isListing(request)) return false;
	return (
		(method ?? request.method) === request.method &&
		(bucket ?? request.bucket) === request.bucket &&
		(key instanceof RegExp ? key.test(request.key) : (key ?? request.key) === request.key)
	);
}

function isListing({ method, bucket, key, parameters }: S3Request): boolean {
	return method === 'GET' && bucket !== '' && key === '' && !parameters.has('location');
}
