import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import * as z from 'zod/v4';
import type { NewCredential } from './rest';

const STATUSES = ['draft', 'future', 'pending', 'private', 'publish'] as const;

const newPost = z.strictObject({
	title: z.string().min(1),
	content: z.string().default(''),
	status: z.enum(STATUSES).default('draft'),
	slug: z.string().optional(),
});

export type Post = z.infer<typeof newPost> & { id: number; link: string };

/** A stand-in for the part of WordPress that publishes: its REST API, and a page with all posts. */
export interface Blog {
	url: string;
	posts: () => readonly Post[];
	/** Answers the next new post with 503, and takes none. */
	refuseNext: () => void;
	credential: NewCredential;
	close: () => Promise<void>;
}

interface Answer {
	status: number;
	body: unknown;
	headers?: Readonly<Record<string, string>>;
}

const listing = z.strictObject({
	page: z.coerce.number().int().min(1).default(1),
	per_page: z.coerce.number().int().min(1).max(100).default(10),
	status: z.enum([...STATUSES, 'any']).default('publish'),
});

/** Starts it on 127.0.0.1. */
export async function startBlog(): Promise<Blog> {
	const user = { username: 'editor', password: randomBytes(12).toString('hex') };
	const posts: Post[] = [];
	let refusals = 0;
	const server = createServer((request, response) => {
		void serve(request, response);
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	if (typeof address !== 'object' || !address) throw new Error('the blog has no port');
	const url = `http://127.0.0.1:${String(address.port)}`;

	const serve = async (request: IncomingMessage, response: ServerResponse) => {
		const { method = '', url: target = '' } = request;
		const { pathname, searchParams } = new URL(target, url);
		if (`${method} ${pathname}` === 'GET /') {
			response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page(posts));
			return;
		}
		const body = await text(request);
		const answer = isAuthorized(request, user)
			? route(`${method} ${pathname}`, searchParams, body)
			: fault(401, 'rest_not_logged_in', 'You are not currently logged in.');
		const headers = { 'content-type': 'application/json', ...answer.headers };
		response.writeHead(answer.status, headers).end(JSON.stringify(answer.body));
	};

	const route = (target: string, query: URLSearchParams, body: string): Answer => {
		switch (target) {
			case 'GET /wp-json/wp/v2/users':
			case 'GET /wp-json/wp/v2/users/me':
				return { status: 200, body: { id: 1, name: user.username } };
			case 'GET /wp-json/wp/v2/posts':
				return list(query);
			case 'POST /wp-json/wp/v2/posts':
				return publish(body);
			default:
				return fault(404, 'rest_no_route', 'No route was found matching the URL and method.');
		}
	};

	const list = (query: URLSearchParams): Answer => {
		const parsed = listing.safeParse(Object.fromEntries(query));
		if (!parsed.success) return fault(400, 'rest_invalid_param', parsed.error.message);
		const { page, per_page: size, status } = parsed.data;
		const found = posts.filter((post) => status === 'any' || post.status === status).reverse();
		const pages = Math.ceil(found.length / size);
		if (page > Math.max(pages, 1))
			return fault(400, 'rest_post_invalid_page_number', 'There are fewer pages.');
		return {
			status: 200,
			headers: { 'x-wp-total': String(found.length), 'x-wp-totalpages': String(pages) },
			body: found.slice((page - 1) * size, page * size).map(shown),
		};
	};

	const publish = (body: string): Answer => {
		if (refusals > 0) {
			refusals -= 1;
			return fault(503, 'unavailable', 'The site is down for maintenance.');
		}
		const parsed = newPost.safeParse(JSON.parse(body));
		if (!parsed.success) return fault(400, 'rest_invalid_param', parsed.error.message);
		const id = posts.length + 1;
		const slug = freeSlug(parsed.data.slug ?? parsed.data.title, posts);
		const post = { ...parsed.data, slug, id, link: `${url}/#post-${String(id)}` };
		posts.push(post);
		return { status: 201, body: shown(post) };
	};

	return {
		url,
		posts: () => posts,
		refuseNext: () => {
			refusals += 1;
		},
		credential: { name: 'Blog', type: 'wordpressApi', data: { ...user, url } },
		close: async () => {
			server.close();
			server.closeAllConnections();
			await once(server, 'close');
		},
	};
}

function shown({ title, content, ...plain }: Post) {
	return { ...plain, title: { rendered: title }, content: { rendered: content } };
}

/** WordPress changes a slug to small letters, digits and hyphens, and numbers one that is taken. */
function freeSlug(wanted: string, posts: readonly Post[]): string {
	const slug = wanted
		.toLowerCase()
		.replace(/[^a-z0-9_]+/g, '-')
		.replace(/^-|-$/g, '');
	const isTaken = (one: string) => posts.some((post) => post.slug === one);
	let number = 1;
	const numbered = () => (number === 1 ? slug : `${slug}-${String(number)}`);
	while (isTaken(numbered())) number += 1;
	return numbered();
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
