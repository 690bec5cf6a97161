import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { readConfig } from "@ledgix/configuration/read";
import { createApiKey, parseApiKey } from "@ledgix/contract/api-key";
import { type Environment, environment } from "@ledgix/contract/environment";
import { defaultScopes } from "@ledgix/contract/permissions";
import { tellOperator } from "@ledgix/tenancy/tell-operator";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { z } from "zod";
import { HOST, localConfig, StartRefused } from "./config.ts";
import { readSecrets } from "./data-directory.ts";

// `npm run bootstrap`: a member, a tenant and a key against a running stack, for scripts and CI. Prints one JSON object on stdout.

const USAGE = "Usage: npm run bootstrap -- --email E --password P --tenant NAME --key NAME [--environment development]";

type Arguments = { email: string; password: string; tenant: string; key: string; environment: Environment };

function readArguments(): Arguments {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    options: { email: text, password: text, tenant: text, key: text, environment: text },
    strict: false,
  });
  const parsed = z
    .object({
      email: z.email(),
      password: z.string().min(10, "needs at least 10 characters"),
      tenant: z.string().min(1).max(80),
      key: z.string().min(1).max(80),
      environment: environment.default("development"),
    })
    .safeParse(values);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `--${issue.path.join(".")}: ${issue.message}`);
  throw new StartRefused(`${problems.join("\n")}\n${USAGE}`);
}

async function main(): Promise<void> {
  const args = readArguments();
  const config = readConfig(localConfig, process.env);
  const secrets = await readSecrets(config.LEDGIX_DATA_DIR);
  const vaultUrl = `http://${HOST}:${config.VAULT_PORT}`;
  const supabase = createClient(`http://${HOST}:${config.SUPABASE_PORT}`, secrets.publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  const accessToken = await signInOrUp(supabase, args);
  const clientId = await findOrCreateTenant(supabase, args.tenant);
  await provision(vaultUrl, clientId, accessToken);
  const apiKey = await makeKey(supabase, clientId, args);
  console.log(
    JSON.stringify({
      vault_url: vaultUrl,
      console_url: `http://localhost:${config.PORT}`,
      client_id: clientId,
      api_key: apiKey,
      access_token: accessToken,
      environment: args.environment,
    }),
  );
}

async function signInOrUp(supabase: SupabaseClient, { email, password }: Arguments): Promise<string> {
  const signedIn = await supabase.auth.signInWithPassword({ email, password });
  if (signedIn.data.session) return signedIn.data.session.access_token;
  if (signedIn.error && !signedIn.error.status)
    throw new StartRefused("Ledgix does not answer. Run npm start first, with the same LEDGIX_DATA_DIR and ports.");
  const signedUp = await supabase.auth.signUp({ email, password });
  if (signedUp.data.session) return signedUp.data.session.access_token;
  throw new StartRefused(`${email} could not sign in. If the account exists, its password is another one.`);
}

async function findOrCreateTenant(supabase: SupabaseClient, name: string): Promise<string> {
  const { data } = await supabase.from("clients").select("id").eq("name", name).order("created_at").limit(1);
  const found = z.array(z.object({ id: z.string() })).parse(data ?? [])[0];
  if (found) return found.id;
  const { data: created, error } = await supabase.rpc("create_tenant", { tenant_name: name });
  if (error) throw new StartRefused(`The tenant could not be created: ${error.message}`);
  return z.string().parse(created);
}

async function provision(vaultUrl: string, clientId: string, accessToken: string): Promise<void> {
  const response = await fetch(`${vaultUrl}/admin/provision-tenant`, {
    method: "POST",
    headers: { authorization: `Bearer ${accessToken}`, "x-ledgix-client": clientId },
  });
  // A member who is no owner finds the tenant made already.
  if (!response.ok && response.status !== 403)
    throw new StartRefused(`Vault could not make the tenant's database (status ${response.status}).`);
}

async function makeKey(supabase: SupabaseClient, clientId: string, args: Arguments): Promise<string> {
  const key = createApiKey(args.environment, randomBytes(32));
  const parsed = parseApiKey(key);
  const { error } = await supabase.rpc("create_api_key", {
    client: clientId,
    key_name: args.key,
    key_environment: args.environment,
    key_scopes: [...defaultScopes],
    key_prefix: parsed?.prefix,
    hash: parsed?.hash,
  });
  if (error) throw new StartRefused(`The key could not be created: ${error.message}`);
  return key;
}

main().catch((error) => {
  tellOperator(error);
  process.exit(1);
});
