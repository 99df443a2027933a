/** S3's limit on the life of a presigned URL. Apart from the schemas, so that the form needs no zod. */
export const MAX_LINK_EXPIRY_DAYS = 7;
