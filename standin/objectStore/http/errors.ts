const catalogue = {
	AccessDenied: [403, 'Access Denied'],
	AuthorizationHeaderMalformed: [400, 'The authorization header you provided is invalid.'],
	AuthorizationQueryParametersError: [
		400,
		'The query string authentication is incomplete or wrong.',
	],
	BadDigest: [400, 'The Content-MD5 you specified did not match what we received.'],
	BucketAlreadyOwnedByYou: [409, 'The bucket you tried to create already exists, and you own it.'],
	BucketNotEmpty: [409, 'The bucket you tried to delete is not empty.'],
	EntityTooLarge: [400, 'Your proposed upload exceeds the maximum allowed size.'],
	EntityTooSmall: [400, 'Your proposed upload is smaller than the minimum allowed size.'],
	IllegalLocationConstraintException: [
		400,
		'The location constraint is not the region of this store.',
	],
	InternalError: [500, 'We encountered an internal error. Please try again.'],
	InvalidAccessKeyId: [403, 'The Access Key Id you provided does not exist in our records.'],
	InvalidArgument: [400, 'Invalid Argument'],
	InvalidBucketName: [400, 'The specified bucket is not valid.'],
	InvalidDigest: [400, 'The Content-MD5 you specified is not valid.'],
	InvalidPart: [
		400,
		'One or more of the specified parts could not be found or has another entity tag.',
	],
	InvalidPartOrder: [400, 'The list of parts was not in ascending order.'],
	InvalidRange: [416, 'The requested range is not satisfiable.'],
	InvalidRequest: [400, 'Invalid Request'],
	InvalidTokenId: [403, 'The security token included in the request is invalid.'],
	InvalidURI: [400, 'The specified URI could not be parsed.'],
	KeyTooLongError: [400, 'Your key is too long.'],
	MalformedXML: [400, 'The XML you provided was not well-formed or did not validate.'],
	MetadataTooLarge: [400, 'Your metadata headers exceed the maximum allowed metadata size.'],
	MissingContentLength: [411, 'You must provide the Content-Length HTTP header.'],
	NoSuchBucket: [404, 'The specified bucket does not exist.'],
	NoSuchKey: [404, 'The specified key does not exist.'],
	NoSuchUpload: [404, 'The specified multipart upload does not exist.'],
	NotImplemented: [501, 'The request implies functionality that is not implemented.'],
	PreconditionFailed: [412, 'At least one of the pre-conditions you specified did not hold.'],
	RequestTimeTooSkewed: [
		403,
		'The difference between the request time and the server time is too large.',
	],
	SignatureDoesNotMatch: [
		403,
		'The request signature we calculated does not match the signature you provided.',
	],
	XAmzContentSHA256Mismatch: [400, 'The provided x-amz-content-sha256 does not match the body.'],
} as const satisfies Record<string, readonly [status: number, message: string]>;

export type S3ErrorCode = keyof typeof catalogue;

/** What S3 most often means by a status. */
export function usualCode(status: number): string {
	return usualCodes[status] ?? 'InternalError';
}

const usualCodes: Readonly<Record<number, S3ErrorCode>> = {
	400: 'InvalidRequest',
	403: 'AccessDenied',
	404: 'NoSuchKey',
	412: 'PreconditionFailed',
	416: 'InvalidRange',
	501: 'NotImplemented',
};

/** A refusal in the words of S3; `details` become further elements of the XML answer. */
export class S3Error extends Error {
	readonly status: number;

	constructor(
		readonly code: S3ErrorCode,
		message: string = catalogue[code][1],
		readonly details: Readonly<Record<string, string>> = {},
	) {
		super(message);
		this.status = catalogue[code][0];
	}
}
