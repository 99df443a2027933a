import * as z from 'zod/v4';

const message = z.looseObject({
	headers: z.looseObject({
		'content-length': z.string().optional(),
		'content-range': z.string().optional(),
		'content-type': z.string().optional(),
		etag: z.string().optional(),
		'last-modified': z.string().optional(),
	}),
});

type Headers = z.output<typeof message>['headers'];

/** The client answers with Node's own message, whose headers its types do not show. */
export function headersOf(stream: unknown): Headers {
	return message.safeParse(stream).data?.headers ?? {};
}
