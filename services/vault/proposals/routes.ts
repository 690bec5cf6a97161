import type { Hono } from "hono";
import type { VaultDependencies } from "../dependencies.ts";
import type { Admit, Env } from "../http/admit.ts";
import { readIfMatch } from "../http/if-match.ts";
import { confirmProposal, discardProposal, listProposals } from "./settle.ts";

/** What keys proposed, and what members make of it. */
export function addProposalRoutes(app: Hono<Env>, deps: VaultDependencies, admit: Admit): void {
  const { tenants } = deps;

  app.get("/proposals", async (context) => {
    const principal = await admit(context, "policies:read");
    return context.json({ proposals: await listProposals(await tenants.database(principal.clientId), principal) });
  });
  app.post("/proposals/:proposalId/confirm", async (context) => {
    const principal = await admit(context, "policies:write");
    const database = await tenants.database(principal.clientId);
    await confirmProposal(deps, database, principal, context.req.param("proposalId"), readIfMatch(context));
    return context.json({ proposals: await listProposals(database, principal) });
  });
  app.delete("/proposals/:proposalId", async (context) => {
    const principal = await admit(context, "policies:write");
    const database = await tenants.database(principal.clientId);
    await discardProposal(deps, database, principal, context.req.param("proposalId"));
    return context.json({ proposals: await listProposals(database, principal) });
  });
}
