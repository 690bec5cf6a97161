export type AwsEnvironment = Readonly<Record<string, string | undefined>>;

/** Services by the names that AWS's variables give them. */
type AwsService = "KMS" | "S3" | "SECRETS_MANAGER" | "SQS";

/**
 * What a client of AWS is made with: the region that the environment names, and where it leads elsewhere than to AWS, the endpoint.
 * `AWS_ENDPOINT_URL_KMS` and its like come before `AWS_ENDPOINT_URL`, as AWS's own tools have it. They are read here because settings also
 * come from a bundle, where the SDK does not look.
 */
export function awsClientOptions(environment: AwsEnvironment, service: AwsService, region?: string) {
  const endpoint = environment[`AWS_ENDPOINT_URL_${service}`] || environment.AWS_ENDPOINT_URL;
  return { region: region ?? (environment.AWS_REGION || "us-east-1"), ...(endpoint && { endpoint }) };
}
