import { GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { OperatorError } from "@ledgix/configuration/operator-error";
import { z } from "zod";
import type { AwsEnvironment } from "./aws-environment.ts";
import { secretsManager } from "./aws-secrets.ts";

/** The message names the secret, never what it holds. */
export class BootstrapSecretError extends OperatorError {
  override name = "BootstrapSecretError";
}

const bundle = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String));

/**
 * The environment with the bundle of `AWS_SECRET_NAME` over it, where that is set.
 *
 * @param onMerged Told the names of the settings that the bundle holds, for the log; never their values.
 * @throws {BootstrapSecretError} where the bundle cannot be read, or is no flat JSON object
 */
export async function mergeBootstrapSecret<Environment extends AwsEnvironment>(
  environment: Environment,
  onMerged: (names: string[]) => void = () => {},
): Promise<Environment> {
  const name = environment.AWS_SECRET_NAME;
  if (!name) return environment;
  const { SecretString } = await secretsManager(environment)
    .send(new GetSecretValueCommand({ SecretId: name }))
    .catch((error: unknown) => {
      const code = error instanceof Error ? error.name : "unknown";
      throw new BootstrapSecretError(`AWS_SECRET_NAME: the secret ${name} could not be read (${code}).`);
    });
  const parsed = bundle.safeParse(readJson(SecretString ?? ""));
  if (!parsed.success)
    throw new BootstrapSecretError(`AWS_SECRET_NAME: the secret ${name} is not a flat JSON object of settings.`);
  onMerged(Object.keys(parsed.data).sort());
  return { ...environment, ...parsed.data };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
