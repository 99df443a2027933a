export const USER_ID = 'soak';
export const VIDEO_KEY = 'user-avatars/<user_id>/<avatar_id>/idle.mp4';

export function videoKeyOf(avatarId: string): string {
	return VIDEO_KEY.replace('<user_id>', USER_ID).replace('<avatar_id>', avatarId);
}

/** The avatar that a key belongs to. */
export function avatarOfKey(key: string): string | undefined {
	return /^user-avatars\/soak\/([^/]+)\//.exec(key)?.[1];
}
