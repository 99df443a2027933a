import * as generate from './avatar/generate.operation';
import * as deleteEndpoint from './endpoint/delete.operation';
import * as deploy from './endpoint/deploy.operation';
import * as getEndpoint from './endpoint/get.operation';
import * as getHealth from './endpoint/getHealth.operation';
import * as getManyEndpoints from './endpoint/getMany.operation';
import * as plan from './endpoint/plan.operation';
import * as purgeQueue from './endpoint/purgeQueue.operation';
import * as setWorkers from './endpoint/setWorkers.operation';
import * as updateImage from './endpoint/updateImage.operation';
import * as cancel from './job/cancel.operation';
import * as getStatus from './job/getStatus.operation';
import * as retry from './job/retry.operation';
import * as wait from './job/wait.operation';
import type { Operation } from '../n8n/operation';
import * as deleteTemplate from './template/delete.operation';
import * as getTemplate from './template/get.operation';
import * as getManyTemplates from './template/getMany.operation';
import * as uploadTemplate from './template/upload.operation';
import * as deleteVideo from './video/delete.operation';
import * as downloadVideo from './video/download.operation';
import * as getLinks from './video/getLinks.operation';
import * as getManyVideos from './video/getMany.operation';

/** Every operation there is, by `resource:operation`. */
export const operations: ReadonlyMap<string, Operation> = new Map<string, Operation>([
	['avatar:generate', generate],
	['job:cancel', cancel],
	['job:getStatus', getStatus],
	['endpoint:plan', plan],
	['endpoint:deploy', deploy],
	['endpoint:get', getEndpoint],
	['endpoint:getMany', getManyEndpoints],
	['endpoint:getHealth', getHealth],
	['endpoint:setWorkers', setWorkers],
	['endpoint:updateImage', updateImage],
	['endpoint:purgeQueue', purgeQueue],
	['endpoint:delete', deleteEndpoint],
	['job:retry', retry],
	['job:wait', wait],
	['template:delete', deleteTemplate],
	['template:get', getTemplate],
	['template:getMany', getManyTemplates],
	['template:upload', uploadTemplate],
	['video:delete', deleteVideo],
	['video:download', downloadVideo],
	['video:getLinks', getLinks],
	['video:getMany', getManyVideos],
]);
