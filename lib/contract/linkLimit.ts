/** S3's limit on the life of a presigned URL: 7 days. Apart from the schemas, so that the form needs no zod. */
export const MAX_LINK_EXPIRY_SECONDS = 7 * 24 * 3600;
