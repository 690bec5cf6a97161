export type AwsEnvironment = Readonly<Record<string, string | undefined>>;

/** What every client of AWS is made with: the region that the environment names; `AWS_ENDPOINT_URL` leads elsewhere than to AWS. */
export function awsClientOptions(environment: AwsEnvironment, region?: string) {
  return {
    region: region ?? (environment.AWS_REGION || "us-east-1"),
    ...(environment.AWS_ENDPOINT_URL && { endpoint: environment.AWS_ENDPOINT_URL }),
  };
}
