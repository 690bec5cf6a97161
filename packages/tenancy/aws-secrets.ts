import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { type AwsEnvironment, awsClientOptions } from "./aws-environment.ts";
import { type SecretStore, tenantSecret } from "./secrets.ts";

export const secretsManager = (environment: AwsEnvironment) =>
  new SecretsManagerClient(awsClientOptions(environment, "SECRETS_MANAGER"));

/** Tenants' secrets in AWS Secrets Manager, each a JSON bundle under `<prefix>/<name>`. */
export function awsSecrets({ prefix, environment }: { prefix: string; environment: AwsEnvironment }): SecretStore {
  const client = secretsManager(environment);
  const idOf = (name: string) => `${prefix.replace(/\/+$/, "")}/${name}`;

  const read: SecretStore["read"] = async (name) => {
    try {
      const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: idOf(name) }));
      return tenantSecret.parse(JSON.parse(SecretString ?? ""));
    } catch (error) {
      if (error instanceof Error && error.name === "ResourceNotFoundException") return null;
      throw error;
    }
  };

  return {
    read,
    async create(name, secret) {
      try {
        await client.send(new CreateSecretCommand({ Name: idOf(name), SecretString: JSON.stringify(secret) }));
        return secret;
      } catch (error) {
        // Of two writers one wins, and both learn which.
        const kept = error instanceof Error && error.name === "ResourceExistsException" ? await read(name) : null;
        if (kept === null) throw error;
        return kept;
      }
    },
    async replace(name, secret) {
      await client.send(new PutSecretValueCommand({ SecretId: idOf(name), SecretString: JSON.stringify(secret) }));
    },
  };
}
