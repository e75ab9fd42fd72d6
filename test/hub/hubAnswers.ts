import { type Access, access, bearer } from './access';
import type { Branch, Repository, StoredFile } from './repositories';
import type { Answer, SeenRequest, World } from './standIn';

const treePage = 1000;

/** What the Hub itself answers. */
export function hubAnswer(world: World, request: SeenRequest, sent: string): Answer {
	const url = new URL(request.url, world.endpoint);
	const token = bearer(request);
	if (token === 'refused') {
		return {
			status: 401,
			headers: { 'X-Error-Message': 'Invalid credentials in Authorization header' },
			body: { error: 'Invalid credentials in Authorization header' },
		};
	}
	const path = url.pathname;
	if (path === '/api/whoami-v2') {
		return token === 'none' ? { status: 401, body: { error: 'Invalid username or password.' } } : whoAmI();
	}
	if (path.startsWith('/oauth/')) {
		return oauth(world, path, new URLSearchParams(sent));
	}
	if (path === '/api/datasets' || path === '/api/models') {
		return listing(world, url, path === '/api/datasets' ? 'dataset' : 'model', token);
	}
	if (path.startsWith('/api/jobs/')) {
		return world.jobs.answer(request, url, sent);
	}
	const api = /^\/api\/(dataset|model)s\/(.+)$/.exec(path);
	const file = /^\/(datasets\/)?(.+?)\/(resolve|raw)\/([^/]+)\/(.+)$/.exec(path);
	if (api) {
		return repositoryAnswer(world, url, api[1] ?? '', decode(api[2]), sent, token);
	}
	if (file) {
		const type = file[1] ? 'dataset' : 'model';
		return fileAnswer(world, type, decode(file[2]), decode(file[4]), decode(file[5]), token);
	}
	return { status: 404, headers: { 'Content-Type': 'text/html' }, body: '<!doctype html><title>404</title>' };
}

function decode(text: string | undefined): string {
	return decodeURIComponent(text ?? '');
}

function whoAmI(): Answer {
	return {
		status: 200,
		body: {
			type: 'user',
			id: '5f0c',
			name: 'ada',
			fullname: 'Ada',
			email: 'ada@example.org',
			isPro: false,
			orgs: [],
			auth: { type: 'access_token', accessToken: { displayName: 'test', role: 'fineGrained' } },
		},
	};
}

function oauth({ device, endpoint }: World, path: string, form: URLSearchParams): Answer {
	if (path === '/oauth/device') {
		return {
			status: 200,
			body: {
				device_code: 'device-1',
				user_code: 'ABCD-EFGH',
				verification_uri: `${endpoint}/oauth/device/verify`,
				interval: 1,
				expires_in: 600,
			},
		};
	}
	if (path === '/oauth/token' && form.get('device_code') === 'device-1') {
		return device.approved === null
			? { status: 400, body: { error: 'authorization_pending' } }
			: {
					status: 200,
					body: { access_token: device.approved, token_type: 'bearer', expires_in: 3600, scope: 'openid' },
				};
	}
	return { status: 400, body: { error: 'invalid_request' } };
}

function listing(world: World, url: URL, type: Repository['type'], token: Access): Answer {
	const query = url.searchParams;
	const text = (query.get('search') ?? '').toLowerCase();
	const tags = query.getAll('filter');
	const sort = query.get('sort') ?? 'trendingScore';
	const matching = world.repositories
		.filter(one => one.type === type && access(one, token) !== 'hidden')
		.filter(({ spec }) => spec.id.toLowerCase().includes(text))
		.filter(({ spec }) => !query.get('author') || spec.id.startsWith(`${query.get('author')}/`))
		.filter(({ spec }) => !query.get('pipeline_tag') || spec.task === query.get('pipeline_tag'))
		.filter(one => tags.every(tag => tagsOf(one).includes(tag)))
		.filter(({ spec }) => inParameters(spec.parameters, query.get('num_parameters')))
		.sort((a, b) => order(b, sort) - order(a, sort) || (a.spec.id < b.spec.id ? -1 : 1));
	const limit = Number(query.get('limit') ?? 100);
	const start = Number(query.get('cursor') ?? 0);
	const expand = [...query.getAll('expand'), ...query.getAll('expand[]')];
	const next = new URL(url);
	next.searchParams.set('cursor', String(start + limit));
	return {
		status: 200,
		headers: start + limit < matching.length ? { Link: `<${next.href}>; rel="next"` } : {},
		body: matching.slice(start, start + limit).map(one => described(one, expand)),
	};
}

function order({ spec }: Repository, sort: string): number {
	const key =
		sort === 'likes' ? spec.likes : sort === 'lastModified' ? Date.parse(spec.lastModified ?? '') : spec.downloads;
	return key ?? 0;
}

function inParameters(parameters: number | undefined, range: string | null): boolean {
	const units = { K: 1e3, M: 1e6, B: 1e9 };
	const bound = (name: string) => {
		const [, digits, unit] = new RegExp(`${name}:([\\d.]+)([KMB]?)`).exec(range ?? '') ?? [];
		return digits === undefined ? null : Number(digits) * (unit ? units[unit as keyof typeof units] : 1); // of the pattern
	};
	const [min, max] = [bound('min'), bound('max')];
	return range === null || (parameters !== undefined && parameters >= (min ?? 0) && parameters <= (max ?? Infinity));
}

function tagsOf({ spec, branches }: Repository): readonly string[] {
	const hasOnnx = [...(branches.get('main')?.files.keys() ?? [])].some(path => path.endsWith('.onnx'));
	return [...(spec.tags ?? []), ...(hasOnnx ? ['onnx'] : []), ...(spec.task ? [spec.task] : [])];
}

/** `expand` chooses fields; without it there are the usual ones. */
function described(one: Repository, expand: readonly string[], blobs = false): object {
	const { spec, branches, type } = one;
	const main = branches.get('main');
	const fields: Record<string, unknown> = {
		author: spec.id.includes('/') ? spec.id.split('/')[0] : undefined,
		sha: main?.commit,
		lastModified: spec.lastModified ?? '2026-01-02T03:04:05.000Z',
		createdAt: '2025-01-02T03:04:05.000Z',
		private: spec.private ?? false,
		gated: spec.gated ?? false,
		disabled: spec.disabled ?? false,
		downloads: spec.downloads ?? 0,
		likes: spec.likes ?? 0,
		tags: tagsOf(one),
		cardData: spec.card ?? {},
		description: spec.description,
		siblings: [...(main?.files.values() ?? [])].map(file => ({
			rfilename: file.path,
			...(blobs && {
				size: file.bytes.length,
				blobId: file.oid,
				...(file.sha256 && { lfs: { sha256: file.sha256, size: file.bytes.length, pointerSize: 130 } }),
			}),
		})),
		...(type === 'model' && {
			pipeline_tag: spec.task,
			library_name: spec.library,
			...(spec.parameters && { safetensors: { parameters: { F32: spec.parameters }, total: spec.parameters } }),
		}),
	};
	const chosen =
		expand.length > 0 ? Object.entries(fields).filter(([name]) => expand.includes(name)) : Object.entries(fields);
	const id = spec.id.split('').reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 0xffffff, 7);
	return { _id: id.toString(16).padStart(24, '0'), id: spec.id, ...Object.fromEntries(chosen) };
}

function find(world: World, type: string, id: string, token: Access): Repository | Answer {
	const found = world.repositories.find(one => one.type === type && one.spec.id === id);
	const missing = {
		status: token === 'none' ? 401 : 404,
		headers: { 'X-Error-Code': 'RepoNotFound', 'X-Error-Message': 'Repository not found' },
		body: { error: token === 'none' ? 'Invalid username or password.' : 'Repository not found' },
	};
	if (!found || access(found, token) === 'hidden') {
		return missing;
	}
	return found.spec.disabled
		? {
				status: 403,
				headers: { 'X-Error-Message': 'Access to this resource is disabled.' },
				body: { error: 'Access to this resource is disabled.' },
			}
		: found;
}

function gate(one: Repository, token: Access): Answer | null {
	const text = `Access to ${one.type} ${one.spec.id} is restricted. You must have access to it and be authenticated to access it.`;
	return access(one, token) === 'gated'
		? {
				status: token === 'none' ? 401 : 403,
				headers: { 'X-Error-Code': 'GatedRepo', 'X-Error-Message': text },
				body: { error: text },
			}
		: null;
}

/** `/api/datasets/<id>` and what stands below it; an id has one or two parts. */
function repositoryAnswer(world: World, url: URL, type: string, rest: string, sent: string, token: Access): Answer {
	const parts = rest.split('/');
	const known = new Set(['revision', 'tree', 'paths-info', 'refs', 'parquet', 'commits', 'croissant']);
	const isShort = parts.length === 1 || known.has(parts[1] ?? '');
	const id = parts.slice(0, isShort ? 1 : 2).join('/');
	const [verb, ...more] = parts.slice(isShort ? 1 : 2);
	const found = find(world, type, id, token);
	if ('status' in found) {
		return found;
	}
	const expand = [...url.searchParams.getAll('expand'), ...url.searchParams.getAll('expand[]')];
	switch (verb) {
		case undefined:
			return { status: 200, body: described(found, expand, url.searchParams.get('blobs') === 'true') };
		case 'revision': {
			const branch = branchOf(found, more.join('/'));
			return branch
				? {
						status: 200,
						body: { ...described(found, expand, url.searchParams.get('blobs') === 'true'), sha: branch.commit },
					}
				: noRevision(more.join('/'));
		}
		case 'refs':
			return { status: 200, body: refs(found) };
		case 'tree':
		case 'paths-info': {
			const [branch, revision, path] = branchAndPath(found, more);
			const restricted = gate(found, token);
			if (restricted || !branch) {
				return restricted ?? noRevision(revision);
			}
			return verb === 'tree' ? tree(url, branch, path) : pathsInfo(branch, sent);
		}
		case 'parquet':
			return gate(found, token) ?? parquetLinks(world, found);
		default:
			return { status: 404, body: { error: 'Not found' } };
	}
}

function branchOf({ branches }: Repository, revision: string): Branch | undefined {
	return (
		branches.get(revision === 'HEAD' ? 'main' : revision) ??
		[...branches.values()].find(branch => branch.commit === revision)
	);
}

/** A revision may have slashes of its own. */
function branchAndPath(found: Repository, parts: readonly string[]): [Branch | undefined, string, string] {
	for (const length of [3, 1]) {
		const revision = parts.slice(0, length).join('/');
		const branch = branchOf(found, revision);
		if (branch) {
			return [branch, revision, parts.slice(length).join('/')];
		}
	}
	return [undefined, parts[0] ?? '', ''];
}

function noRevision(revision: string): Answer {
	return {
		status: 404,
		headers: { 'X-Error-Code': 'RevisionNotFound', 'X-Error-Message': `Invalid rev id: ${revision}` },
		body: { error: `Invalid rev id: ${revision}` },
	};
}

function refs({ branches }: Repository): object {
	const converted = branches.get('refs/convert/parquet');
	return {
		branches: [{ name: 'main', ref: 'refs/heads/main', targetCommit: branches.get('main')?.commit }],
		tags: [],
		converts: converted ? [{ name: 'parquet', ref: 'refs/convert/parquet', targetCommit: converted.commit }] : [],
	};
}

function entry(file: StoredFile): object {
	return {
		type: 'file',
		path: file.path,
		size: file.bytes.length,
		oid: file.oid,
		...(file.sha256 && { lfs: { oid: file.sha256, size: file.bytes.length, pointerSize: 130 } }),
	};
}

function tree(url: URL, branch: Branch, folder: string): Answer {
	const inside = [...branch.files.values()].filter(file => folder === '' || file.path.startsWith(`${folder}/`));
	if (folder !== '' && inside.length === 0) {
		return {
			status: 404,
			headers: { 'X-Error-Code': 'EntryNotFound' },
			body: { error: `${folder} does not exist on "main"` },
		};
	}
	const depth = folder === '' ? 0 : folder.split('/').length;
	const here =
		url.searchParams.get('recursive') === 'true'
			? inside
			: inside.filter(file => file.path.split('/').length === depth + 1);
	const folders = new Set(
		inside.flatMap(file =>
			file.path.split('/').length > depth + 1
				? [
						file.path
							.split('/')
							.slice(0, depth + 1)
							.join('/'),
					]
				: [],
		),
	);
	const all = [
		...[...folders].map(path => ({ type: 'directory', path, size: 0, oid: '0'.repeat(40) })),
		...here.map(entry),
	];
	const limit = Math.min(Number(url.searchParams.get('limit') ?? treePage), treePage);
	const start = Number(url.searchParams.get('cursor') ?? 0);
	const next = new URL(url);
	next.searchParams.set('cursor', String(start + limit));
	return {
		status: 200,
		headers: start + limit < all.length ? { Link: `<${next.href}>; rel="next"` } : {},
		body: all.slice(start, start + limit),
	};
}

function pathsInfo(branch: Branch, sent: string): Answer {
	const { paths, expand } = JSON.parse(sent) as { paths: string[]; expand?: boolean }; // our own client's request
	const lastCommit = expand ? { lastCommit: { id: branch.commit, title: 'x', date: '2026-01-02T03:04:05.000Z' } } : {};
	return {
		status: 200,
		body: paths.flatMap(path => {
			const file = branch.files.get(path);
			return file ? [{ ...entry(file), ...lastCommit }] : [];
		}),
	};
}

function parquetLinks({ endpoint }: World, { spec, branches }: Repository): Answer {
	const links: Record<string, Record<string, string[]>> = {};
	for (const path of branches.get('refs/convert/parquet')?.files.keys() ?? []) {
		const [config = '', split = ''] = path.split('/');
		links[config] ??= {};
		links[config][split] = [`${endpoint}/api/datasets/${spec.id}/parquet/${config}/${split}/0.parquet`];
	}
	return { status: 200, body: links };
}

function fileAnswer(world: World, type: string, id: string, revision: string, path: string, token: Access): Answer {
	const found = find(world, type, id, token);
	if ('status' in found) {
		return found;
	}
	const branch = branchOf(found, revision);
	const restricted = gate(found, token);
	if (restricted || !branch) {
		return restricted ?? noRevision(revision);
	}
	const file = branch.files.get(path);
	if (!file) {
		const text = `Entry not found: ${path}`;
		return { status: 404, headers: { 'X-Error-Code': 'EntryNotFound', 'X-Error-Message': text }, body: text };
	}
	const headers = { 'X-Repo-Commit': branch.commit, 'Accept-Ranges': 'bytes' };
	return file.sha256
		? {
				status: 302,
				headers: {
					...headers,
					Location: `${world.storeEndpoint}/${file.sha256}?signature=x`,
					'X-Linked-Size': String(file.bytes.length),
					'X-Linked-ETag': `"${file.sha256}"`,
				},
			}
		: { status: 200, headers: { ...headers, ETag: `"${file.oid}"` }, body: file.bytes };
}
