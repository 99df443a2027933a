/** What a fault is told with. */
export interface Words {
	message: string;
	remedy: string;
}

export const CREDENTIAL = 'in the MinIO API credential';

/** What was to be done when it went wrong, and with what. */
export interface StorageAction {
	verb: 'list' | 'read' | 'write' | 'delete';
	/** Of the object, or what the keys of the list begin with. */
	key?: string;
}
