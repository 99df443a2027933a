import { describe } from '@jest/globals';
import { testAgents } from '../agent/agentTests';
import { missing, startQueueRig, type QueueRig } from './queueRig';

/** Simple Memory lies in the memory of one worker, and the next message may come to the other. */
async function redisMemory({ n8n, redis }: QueueRig) {
	const data = { ...redis, user: '', password: '', database: 0, ssl: false };
	const { id, name } = await n8n.rest.saveCredential({ type: 'redis', name: 'Redis', data });
	return {
		type: '@n8n/n8n-nodes-langchain.memoryRedisChat',
		typeVersion: 1.5,
		credentials: { redis: { id, name } },
	};
}

(missing === undefined ? describe : describe.skip)('queue mode', () => {
	testAgents({
		versions: [3.1],
		start: startQueueRig,
		memory: redisMemory,
		// n8n 2.41 does not hand the filled-in values on to a worker, whatever the tool.
		hasPanel: false,
	});
});
