import type { Operation } from '../n8n/operation';
import type { Resource } from '../n8n/resource';
import { avatar } from './avatar/avatar.resource';
import { endpoint } from './endpoint/endpoint.resource';
import { job } from './job/job.resource';
import { template } from './template/template.resource';
import { video } from './video/video.resource';

/** Every resource, in the order in which the form shows them. */
export const resources: readonly Resource[] = [avatar, endpoint, job, template, video];

/** Every operation there is, by `resource:operation`. */
export const operations: ReadonlyMap<string, Operation> = new Map(resources.flatMap(named));

function named({ option, operations: ofResource }: Resource): [string, Operation][] {
	return [...ofResource].map(([name, operation]) => [`${String(option.value)}:${name}`, operation]);
}
