import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import * as z from 'zod/v4';
import type { NewCredential } from './rest';

const newPost = z.strictObject({
	title: z.string().min(1),
	content: z.string().default(''),
	status: z.enum(['draft', 'future', 'pending', 'private', 'publish']).default('draft'),
	slug: z.string().optional(),
});

export type Post = z.infer<typeof newPost> & { id: number; link: string };

/** A stand-in for the part of WordPress that publishes: its REST API, and a page with all posts. */
export interface Blog {
	url: string;
	posts: () => readonly Post[];
	credential: NewCredential;
	close: () => Promise<void>;
}

interface Answer {
	status: number;
	body: unknown;
}

/** Starts it on 127.0.0.1. */
export async function startBlog(): Promise<Blog> {
	const user = { username: 'editor', password: randomBytes(12).toString('hex') };
	const posts: Post[] = [];
	const server = createServer((request, response) => {
		void serve(request, response);
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	if (typeof address !== 'object' || !address) throw new Error('the blog has no port');
	const url = `http://127.0.0.1:${String(address.port)}`;

	const serve = async (request: IncomingMessage, response: ServerResponse) => {
		const { method = '', url: path = '' } = request;
		if (`${method} ${path}` === 'GET /') {
			response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page(posts));
			return;
		}
		const body = await text(request);
		const { status, body: answer } = isAuthorized(request, user)
			? route(`${method} ${path}`, body)
			: fault(401, 'rest_not_logged_in', 'You are not currently logged in.');
		response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
	};

	const route = (target: string, body: string): Answer => {
		switch (target) {
			case 'GET /wp-json/wp/v2/users':
			case 'GET /wp-json/wp/v2/users/me':
				return { status: 200, body: { id: 1, name: user.username } };
			case 'POST /wp-json/wp/v2/posts':
				return publish(body);
			default:
				return fault(404, 'rest_no_route', 'No route was found matching the URL and method.');
		}
	};

	const publish = (body: string): Answer => {
		const parsed = newPost.safeParse(JSON.parse(body));
		if (!parsed.success) return fault(400, 'rest_invalid_param', parsed.error.message);
		const id = posts.length + 1;
		const post = { ...parsed.data, id, link: `${url}/#post-${String(id)}` };
		posts.push(post);
		const { title, content, ...plain } = post;
		return {
			status: 201,
			body: { ...plain, title: { rendered: title }, content: { rendered: content } },
		};
	};

	return {
		url,
		posts: () => posts,
		credential: { name: 'Blog', type: 'wordpressApi', data: { ...user, url } },
		close: async () => {
			server.close();
			server.closeAllConnections();
			await once(server, 'close');
		},
	};
}

function isAuthorized(
	{ headers }: IncomingMessage,
	{ username, password }: { username: string; password: string },
): boolean {
	const key = Buffer.from(`${username}:${password}`).toString('base64');
	return headers.authorization === `Basic ${key}`;
}

function fault(status: number, code: string, message: string): Answer {
	return { status, body: { code, message, data: { status } } };
}

function page(posts: readonly Post[]): string {
	const articles = posts
		.filter(({ status }) => status === 'publish')
		.map(
			({ id, title, content }) =>
				`<article id="post-${String(id)}"><h2>${title}</h2>${content}</article>`,
		);
	return `<!doctype html><title>Blog</title><h1>Blog</h1>${articles.reverse().join('') || 'No post yet.'}`;
}
