import type { Operation } from '../../standin/management/managementApi';
import type { Route } from '../../standin/queue/queueApi';
import type { Phase } from './subjects/subject';
import type { World } from './world';

/** All requests to the queue API, from the first one on. */
export const anyQueueRequest: Phase = {
	name: 'all',
	plant: ({ queue }, { api }) => {
		queue.fault(api);
	},
	isMet: ({ requests }) => requests().queue > 0,
	spoilsSubmit: true,
	spoilsCancel: true,
};

/** All requests of one route. */
export function queueRoute(route: Route): Phase {
	return {
		name: route,
		plant: ({ queue }, { api }) => {
			queue.fault({ route, ...api });
		},
		isMet: ({ queue }) => queue.calls(route).length > 0,
		spoilsSubmit: route === 'run',
		spoilsCancel: route === 'cancel',
	};
}

/** Everything at the queue API once the job runs, its cancel too. */
export const queueAfterSubmit: Phase = {
	name: 'after /run',
	plant: async ({ queue, jobStarted }, { api }) => {
		await jobStarted;
		queue.fault({ route: 'status', ...api });
		queue.fault({ route: 'cancel', ...api });
		queue.fault({ route: 'health', ...api });
	},
	isMet: ({ queue }) => queue.jobs().length > 0 && queue.calls('status').length > 0,
	spoilsCancel: true,
};

/** All requests to the management API. */
export const anyManagementRequest: Phase = {
	name: 'all',
	plant: ({ management }, { api }) => {
		management.fault(api);
	},
	isMet: ({ requests }) => requests().management > 0,
	spoilsCancel: true,
};

const writing = ['POST', 'PATCH', 'DELETE'] as const;

/** What changes something at the management API. */
export const managementWrites: Phase = {
	name: 'writes',
	plant: ({ management }, { api }) => {
		for (const method of writing) management.fault({ method, ...api });
	},
	isMet: ({ management }) => management.calls().some(({ method }) => method !== 'GET'),
	spoilsCancel: true,
};

/** One operation of the management API, once it has been done so often. */
export function managementOperation(route: Operation, after: number): Phase {
	return {
		name: `${route} after ${String(after)}`,
		plant: ({ management }, { api }) => {
			management.fault({ route, after, ...api });
		},
		isMet: ({ management }) =>
			management.calls().filter(({ operation }) => operation === route).length > after,
		spoilsCancel: true,
	};
}

/** All requests to MinIO. */
export const anyStoreRequest: Phase = {
	name: 'all',
	plant: ({ store }, { store: fault }) => {
		store.fault(fault);
	},
	isMet: ({ requests }) => requests().MinIO > 0,
};

/** All requests to MinIO with one method. */
export function storeMethod(method: 'GET' | 'PUT' | 'DELETE'): Phase {
	return {
		name: method,
		plant: ({ store }, { store: fault }) => {
			store.fault({ ...fault, method });
		},
		isMet: ({ store }) =>
			Object.entries(store.traffic()).some(([name]) => name.startsWith(`${method} `)),
	};
}

/** All requests to MinIO once the job is submitted. */
export const storeAfterSubmit: Phase = {
	name: 'after /run',
	plant: async ({ store, jobStarted }, { store: fault }) => {
		await jobStarted;
		store.clearTraffic();
		store.fault(fault);
	},
	isMet: ({ queue, requests }: World) => queue.jobs().length > 0 && requests().MinIO > 0,
};

/** All requests to MinIO once the job has its result: the looks at the video. */
export const storeAtResult: Phase = {
	name: 'result',
	needsResult: true,
	plant: async ({ jobMade, store }, { store: fault }) => {
		await jobMade;
		store.clearTraffic();
		store.fault(fault);
	},
	isMet: ({ queue, requests }) =>
		queue.jobs().some(({ status }) => status === 'COMPLETED') && requests().MinIO > 0,
};
