import { describe, expect, it } from '@jest/globals';
import { Secret } from '../../../../lib/base/data/secret';
import type { HttpAnswer, HttpRequest } from '../../../../lib/runpod/http/http';
import { createManagementClient } from '../../../../lib/runpod/management/management';
import { quickClock } from '../../deployment/rig';

const KEY = 'rpa_a-key-that-nobody-may-see';

/** A client of an API that gives these answers one after the other, and then the last one for ever. */
function client(answers: Partial<HttpAnswer>[], allowedDomains?: string[]) {
	const requests: HttpRequest[] = [];
	const clock = quickClock();
	const send = async (request: HttpRequest): Promise<HttpAnswer> => {
		requests.push(request);
		const answer = answers[Math.min(requests.length, answers.length) - 1];
		return Promise.resolve({ status: 200, text: '', ...answer });
	};
	const settings = {
		apiKey: new Secret(KEY),
		managementBaseUrl: 'https://management.example.com/v2',
		graphqlUrl: 'https://graphql.example.com/graphql',
		...(allowedDomains && { allowedDomains }),
	};
	const { models } = createManagementClient(settings, { send, clock, random: () => 0.5 });
	return { models, requests };
}

const target = { id: 'e1', name: 'wan-avatar' };

describe('the GraphQL API', () => {
	it('is asked by the rules for hosts of the credential', async () => {
		const { models, requests } = client([{}], ['management.example.com']);
		await expect(models.read(target)).rejects.toMatchObject({
			code: 'DOMAIN_NOT_ALLOWED',
			message: expect.stringContaining('graphql.example.com'),
		});
		expect(requests).toEqual([]);
	});

	it('is asked again after 429 and 5xx, by POST with the key in the header alone', async () => {
		const me = JSON.stringify({ data: { myself: { id: 'u' } } });
		const { models, requests } = client([{ status: 429 }, { status: 502 }, { text: me }]);
		await models.assertAllowed();
		expect(requests).toHaveLength(3);
		for (const { method, url, headers, body } of requests) {
			expect([method, url]).toEqual(['POST', 'https://graphql.example.com/graphql']);
			expect(headers.authorization).toBe(`Bearer ${KEY}`);
			expect(`${url} ${String(body)}`).not.toContain(KEY);
		}
	});

	it.each<[string, Partial<HttpAnswer>, string]>([
		['an error of the server', { status: 500 }, 'UNREADABLE_ANSWER'],
		['a page', { text: '<html>Welcome</html>' }, 'UNREADABLE_ANSWER'],
		['nothing', { text: '{"data":null}' }, 'UNREADABLE_ANSWER'],
		['no user', { text: '{"data":{"myself":null}}' }, 'FORBIDDEN'],
		['no endpoint', { text: '{"data":{"myself":{"endpoint":null}}}' }, 'NOT_FOUND'],
		['that there is none', { text: '{"errors":[{"message":"No AiApi found"}]}' }, 'NOT_FOUND'],
		['no right by 401', { status: 401 }, 'FORBIDDEN'],
		['no right by 403', { status: 403 }, 'FORBIDDEN'],
		[
			'no right by 200',
			{ text: '{"errors":[{"message":"Unauthorized"}],"data":null}' },
			'FORBIDDEN',
		],
		[
			'no right by a code',
			{ text: '{"errors":[{"message":"no","extensions":{"code":"FORBIDDEN"}}]}' },
			'FORBIDDEN',
		],
		[
			'a fault of the request',
			{ status: 400, text: '{"errors":[{"message":"x"}]}' },
			'REQUEST_REJECTED',
		],
		[
			'an endpoint in part',
			{ text: '{"data":{"myself":{"endpoint":{"id":"e1"}}}}' },
			'REQUEST_REJECTED',
		],
	])('that answers with %s is told as REST is', async (_name, answer, code) => {
		const { models } = client([answer]);
		await expect(models.read(target)).rejects.toMatchObject({ code });
	});

	it('shows no secret that it says back', async () => {
		const message = `the key ${KEY} has no right`;
		const { models } = client([{ status: 400, text: JSON.stringify({ errors: [{ message }] }) }]);
		const error: unknown = await models.read(target).catch((one: unknown) => one);
		expect(JSON.stringify(error) + String(error)).not.toContain(KEY);
		expect(error).toMatchObject({ message: expect.stringContaining('the key ••• has no right') });
	});
});
