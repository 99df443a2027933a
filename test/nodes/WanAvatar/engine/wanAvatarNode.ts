import type { INode } from 'n8n-workflow';

/** The node as a workflow has it, with nothing filled in. */
export const wanAvatarNode: INode = {
	id: '1',
	name: 'Wan Avatar',
	type: 'wanAvatar',
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
};
